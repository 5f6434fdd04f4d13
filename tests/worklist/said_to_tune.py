"""Sentences that the phrase list was written and tuned on, beside those of `tests/replies/said.py`."""

CRIES = """
i feel like ending my life
Feel like I'd be better dead
wnna die
cant stop thinkin bout suicide
i wanted to die last night and i still do
everyday i wish i was not alive
I have been wishing I was dead
ive decided to end it
I've decided its my last night
my kids deserve better, they'd be better without me
mum would be happier if I were gone
they would all cope better if i was dead
i am a waste of space and should be dead
I hav took loads of tablets
just taken a whole box of paracetamol
took about 30 codeine
took every pill in the house
I've got a bottle of morphine and I'm going to drink it all
ive hidden tablets for when i cant cope
i keep a stash of pills to end it with
thinking about an od
thoughts of harming myself
Cut my arms again last night
I want to cut myself so bad
trying not to hurt myself but its hard
i punched myself and burnt my arm on purpose
i have the rope ready in the garage
was going to hang meself
drove to the bridge and nearly did it
stood on the bridge tonight thinking about jumping
I want to throw myself under a train
going to walk into traffic
want to crash my car on purpose
i wont be alive by christmas
I will be gone by the time you get this
dont bother with my next visit ill be dead
cant face another day of living
cannot face tomorrow
I don't want to carry on living
dont want to carry on any more
I can't do it any more, I want to go to sleep for good
no reason to get up, no reason to live
life has no point any more
Theres nothing for me to live for
whats the use in being alive
why should I keep living
why am i still alive
dont see a future for me
lost all hope want to die
sick of being alive
i am so done with living
I hate being alive
do not feel safe tonight
I can't keep myself safe
worried I will harm myself
worried about what I might do
going to do something stupid
everything would be easier if I died
please tell my wife I am sorry and I love her
written letters to my family for after
goodbye everyone
its goodbye from me
no way out except dying
death is all i think about
wish the surgeon had let me die
hope this infection kills me
God please take me
i want to be with my late husband in heaven
KILLLL MYSELF
suiciadal
i'm sooo suicidal right now
wana end my lyf
cant live lyk dis nemore
i dnt wna b alive
better off dead tbh
""".strip().splitlines()

ORDINARY = """
dead tired after work
the pain in my legs is murder
my arm goes dead at night
my watch battery is dead
my sister died in March
grandad passed away so I missed the call
the heat nearly killed me
these shoes kill my feet
standing kills my knees
my kids are killing me with their noise
I'd die for a proper nights rest
I am dying to get back to work
dying to know the scan result
bored stiff
I was in stitches laughing
want the flare to be over
want this course to be over soon
I wish the itching would stop
I wish it was summer
I wish I hadn't lifted that
I wish I could walk like before
I hope it ends soon, the flare I mean
can you end the calls please
please stop the texts at night
when will this end, the waiting I mean
can't keep up with the class
I can't keep going to work like this
I can't go on the tube in rush hour
I can't face the stairs
cant face the bus today
can't live on my own after surgery
can I live with the side effects
I live for my dog
I live near the clinic
I'm living with my daughter for now
life is busy
life's been better since the course
I'd like my old life back
half of my life is spent waiting
the best day of my life was the race
no point ringing at lunch
what is the point of pacing
is there a reason for the delay
the reason I came was my neck
I don't see the need for a scan
nothing works
nothing helps but heat
there is nothing left in the box
nothing to report
no future dates please
goodbye codeine, I am off it
I said goodbye to the physio
bye bye
I left a note for the nurse
please pass a note to my doctor
I wrote a letter to my GP
I took 1 tablet and slept
took two tablets with my tea
I take eight tablets a day
I take all sorts of tablets
all my tablets are in a dosette box
can I stop taking all these tablets
my tablets make me sick
I lost my box of tablets
a whole box of tablets lasts me a month
I keep my tablets in the kitchen
I want to cut down on morphine
cut the dose in half
the label cut my neck
cut my hand on a tin
cut my toe nail too short
burnt my arm on the oven
my skin burns
I jumped out of bed and it went
jumping is out
a bridge was closed so I was late
I walk to the bridge and back
I walk by the river
the train platform is far
I was in a car crash years ago
I drove to work
the car would not start
a belt across my lap helps
rope pulls at the gym
sharp as a knife, the pain
I hurt myself at work
I hurt myself in the garden
hurt my shoulder reaching
I scratched myself on the brambles
I'm scared I will hurt my back
scared of falling
worried about what the scan will show
afraid to move
frightened of the injection
I might do the stairs later
might do some gardening
I might try something else
going to try swimming
I'm not safe to drive
is it safe to bend
feel safe with my physio
my house is safe and warm
I do my shopping myself
keep myself busy
keep myself warm
I keep to myself
sleep is bad
sleep all day
wake up stiff
cant wake up in the morning after the tablets
I don't wake up until ten
god it hurts
god knows why
I pray it gets better
pray for a dry day
tired all day
tired of ringing
sick of this weather
done with physio for today
I've had enough of hospitals
hate the winter
hate mornings
I hate my walking stick
I am a burden on the bus with my frame
my family would be happier nearer
easier if I come by taxi
I would be better with a later time
better off with a morning visit
would rather be at work
rather not come on Monday
I'd rather not take more tablets
rather walk than drive
I will be here till six
around here parking is hard
I won't be around next week
I'm away, not here until the 5th
leaving at noon
leaving the house is hard
the end is in sight with this course
end of story
weekend is best
my tether is short today
""".strip().splitlines()
