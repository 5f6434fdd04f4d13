"""Sentences held apart: written and committed before the rules, and never read while they were written.

Our own words; nobody's. CRIES speak plainly of suicide or self-harm, with the spelling of phones and
of people in distress; ORDINARY is what people with long-term pain write about pain, sleep, visits and
tablets, with as much of death, killing, ending and cutting in it as everyday talk has.
"""

CRIES = """
I dont see why I should stay alive
thinking bout killing myself again
i wnat to die
I want to dei
Ive got the tablets lined up and im going to take them all
im gonna end my life 2nite
cant do this life anymore i want out
I keep thinking everyone would be happier if I wasn't around
i wish i'd just not wake up tomorrow
Please help I am going to hurt myself
ive been cutting my arms again
I started harming myself again last week
been having thoughts about ending my life
im suicidle
feeling suisidal tonight
I think about suicide every day
I have made a plan to kill myself
Iv written a note to my kids and im ready to go
I've said my goodbyes
this is goodbye, I can't live with it
nobody will miss me when im dead
my family would be better of without me
my wife would be better off if i died
I am a burden and should be dead
i should just die
I'd rather be dead than live like this
rather die than carry on with this
Id sooner be dead
i just want to go to sleep and never wake up
hoping I dont wake up in the morning
I don't want to wake up any more
no point being alive
whats the point in living
what is the point of going on
There's no point to my life
I've got nothing to live for now
nothing left to live for
i have no reason to be alive
I've lost the will to live and I mean it
dont want 2 be here nemore
don't wanna be alive
do not want to live
I cant live like this any longer
i cant go on
I can't keep going, I want to end it
i want it to be over, my life i mean
I want to end my suffering and die
I am going to jump off the bridge
gonna jump in front of a train
thought about driving my car into a wall
I stood on the platform and nearly jumped
I nearly jumped off the car park roof today
I want to hang myself
ive got a rope
I've bought a rope and i know where
tried to hang myself last night
took 40 paracetamol an hour ago
I have taken all my amitriptyline
just swallowed a load of pills
iv taken too many tablets on purpose
ive took an overdose
i've od'd
thinking of taking an overdose
I might take an overdose
want to overdose
overdosed on my morphine last nite
saving up my tablets so i can end it
i've been stockpiling my pills
i have enough morphine to kill me
I could take all my meds and it would be over
I slit my wrists
want to slit my wrists
going to cut my wrist open
I cut myself to cope
i burn myself when it gets bad
I keep hurting myself on purpose
i hit myself and cut my legs to feel something
self harmed last night
self-harming again
I want to self harm
urges to harm myself
i cant stop thinking of hurting myself
I don't feel safe with myself
im not safe on my own tonight
I dont trust myself not to do something
im scared I will do something to myself
I'm frightened of what I might do to myself
might do something stupid tonight
I am going to do something silly if this goes on, I mean to myself
I want to top myself
going to top meself
I feel like topping myself
kms
i want to kms
i want to unalive myself
im gonna kill myslef
i will kill my self
killing my self tonight
going 2 kill myself
Going to end things tonight
I'm going to end it all
I want to end everything
ending it tonight
its time to end it
I cannot take any more, I want to die
please just let me die
let me die
I pray I die in my sleep
I pray to god to take me
I wish god would take me
i wish i was dead
wish I were dead
wished I was never born
I shouldn't be alive
I don't deserve to live
i hate my life and want it to end
my life is not worth living
Lifes not worth it any more
life isnt worth living with this pain
life has no meaning and i want to be gone
I want to disappear for ever
i want to be gone for good
I wont be here tomorrow
you wont hear from me again im ending it
by the time you read this I will be dead
tell my kids I love them, im done with living
tired of living
im tired of being alive
sick of living
I'm done with life
had enough of life
fed up of living
ready to die
I am ready to go, I have the pills here
death would be a relief
I would welcome death
death is the only way out
I see no way out but suicide
suicide is the only answer
only way out is to kill myself
want to drown myself
I'll walk into the sea
I have a knife and i want to use it on myself
I'm sitting here with a blade
thinking of jumping
theres no future for me i want to die
I DONT WANT TO EXIST ANYMORE
wish i didnt exist
I wish I could just stop existing
the voices tell me to kill myself
if this operation is cancelled again I will kill myself
if you cant help me ill kill myself
the pain makes me want to die
the pain is so bad I want to kill myself
cant cope want to die
Not sure I can keep myself safe
""".strip().splitlines()

ORDINARY = """
this pain is killing me
my back is killing me today
my feet are killing me after that walk
I want to end the tablets
can I end the course early
I could die for a good sleep
I'd kill for a night's sleep
dying for a cup of tea and a sit down
my hip is dead in the mornings
my leg goes dead when I sit
dead leg again
my phone was dead so I missed your call
the battery died on my tens machine
sorry my phone died
I nearly died of embarrassment
scared to death of needles
bored to death at home
worried sick about the scan
sick and tired of this pain
I'm tired of taking tablets
I am fed up with the waiting list
had enough of these side effects
I can't go on the bus with this hip
I cannot go on holiday until I know the date
I can't keep going to the loo at night
I cant carry the shopping any more
I can't carry on working full time
I don't want to take the tablets anymore
I dont want to be a nuisance
I don't want to be here at 8am can I come later
do not want to come to the group
I want to stop the gabapentin
I want to come off morphine
want to end my appointment series
please end the text reminders
when does the course end
it hurts at the end of the day
by the end of the week I am worn out
at the end of my shift I can hardly walk
the end of the month suits me better
pain in the end of my finger
I hurt myself lifting a box
hurt my self gardening yesterday
I hurt my back at work
I cut myself shaving this morning
I cut my finger chopping onions
I cut down my codeine to two a day
cut my tablets in half as you said
I burnt myself on the heat pad
the hot water bottle burned me a bit
I slipped and banged my wrist
my wrists are swollen and stiff
stiff wrists and thumbs
I have broken my wrist so need to cancel
the brace on my wrist rubs
I took all my tablets as prescribed
I took my pills with breakfast
I have taken 2 paracetamol and it helped
I took two cocodamol before bed
should I take all four tablets at once or spread them
can I take the tablets with food
how many tablets can I take in one day
I ran out of tablets
I have a box of tablets left over, can I hand them in
picked up my tablets from the chemist
I forgot to take my tablets
missed my tablets two days running
I am not sleeping, I wake up every hour
wake up in pain at 3
I don't want to wake up so early
I never wake up rested
I cant sleep on my left side
sleep is better with the new pillow
I could sleep for ever after physio
I feel dead on my feet
I feel half dead after the exercises
the exercises nearly finished me off
that walk nearly killed me
stairs will be the death of me
this knee will be the death of me ha ha
my daughter will kill me if I miss this
my boss will kill me if I take more time off
I would kill for a new hip
the traffic was murder
killing time in the waiting room
the nerve pain is like a knife
stabbing pain in my back
it feels like someone is stabbing me
it's like a knife in my shoulder
burning pain down both legs
feels like my feet are on fire
a shooting pain down my leg
shooting pains in my neck
shot in the arm went well, the injection I mean
gunshot noise in my knee when I bend
throbbing head all day
my head is going to explode
my back is finished
my knees have given up
I give up on yoga, it made it worse
I give up, the website will not load
I'm done with the form
I'm done, all questions answered
I have finished the questionnaire
finished it thanks
it's all over my legs now
the pain is all over
I ache all over
pain went on and on
I want this pain to end
I want the pain to stop
I just want the pain to go away
wish the pain would go
I wish I could sleep
wish I was better
I wish I was younger
wish I was well enough to work
I wish you were open on Saturdays
I wish I had never had that operation
I hope I don't need surgery
I hope it doesn't wake me up
hope to be here on Thursday
I will not be here next week, on holiday
I wont be here tomorrow, can we move it
I'm not here on Tuesday
we are leaving for Spain on Friday
I am leaving my job because of my back
I'm moving house so need another date
goodbye and thanks for all your help
thank you and goodbye
bye for now
say hello to the nurse from me
my husband died last year
my mum died on Sunday so I can't come
we had a death in the family
I am at a funeral that day
my dog died and I am sad
my brother took his own life two years ago and the date is hard
my friend works for the Samaritans
I am not suicidal
no I don't have any thoughts of harming myself
I would never hurt myself
I don't feel like harming myself
I ticked no for self harm
my life has changed since the course
I want my life back
life is hard with this pain but I manage
life is good at the moment
it takes over my life
pain rules my life
quality of life is poor
I want to live a normal life
I live with my son
I live alone and cannot drive
living with pain is hard work
learning to live with it
I cant live without my hot water bottle
not worth the bus fare for ten minutes
is it worth trying acupuncture
worth every minute
what's the point of the exercises if it hurts
what is the point of this question
I see no point in another scan
there's no point in me coming if nothing changes
whats the point in ringing nobody answers
no reason given for the cancelled visit
there is no reason for the pain on the scan
I can't see the point of pacing
no way out of the car park with the works
where is the way out after hours
I want to get out more
I want out of this queue
I have no future plans for surgery
my plan is to walk each day
I planned to come but the car broke down
I have a plan for flare-ups now
the plan from physio is good
I jumped when the phone rang
I can't jump or run any more
star jumps are off the menu
I walked in front of the house for ten minutes
bus stops in front of the clinic
the train was late
missed my train
I drove into town
had a car crash in 2019, whiplash since
I was hit by a lorry at work
fell off a roof ten years ago
fell off a ladder
my rope exercises hurt
used a belt round my back for support
hanging the washing out sets it off
hanging around for results is hard
hang on I will check my diary
hanging from the bar helps my back
I feel low today
I am anxious about the visit
I feel down about the weight I put on
I feel guilty that my wife does everything
I feel a burden when my son drives me
I feel useless at work
I cried after the last visit
I can't cope with the heat
I am struggling to cope with the stairs
I cannot take ibuprofen
I can't take any more codeine it makes me sick
I can't take any more time off
can't stand for long
I can't bear tight shoes
it's unbearable when it rains
the pain is unbearable today
the pain is so bad I was sick
it hurts so much I could scream
I screamed when she pressed it
pain level 10 today
I had a bad night
worst flare in years
is this safe with my blood pressure pills
I do not feel safe on the stairs
I don't feel safe driving on these tablets
not safe on my feet since the fall
is it safe to drive
keep the tablets safe from the children
sharp pain like a razor
I do everything myself
I dressed myself today
I am proud of myself
I look after myself
I talk to myself
I made myself walk
can I help myself with exercises
I saved my receipts for the taxi
I am saving up for a bed
I have saved the tablets you said to stop
it is poison to my stomach
food poisoning so cannot come
gas and air would help
the gas man is coming that day
drowning in paperwork
I swim and do not sink any more
overdid it yesterday
I over did the gardening
did too much and paid for it
too many tablets, can we review them
too many pills at my age
I am on a high dose
double dose by mistake on Monday, rang 111, all fine
stupid question but is heat ok
silly me I lost the letter
I did something silly and lifted the telly
I did something to my neck
I might do something about my weight
I want to go home at night not stay in
I want to be gone by 3 for the school run
ready to go for Monday
I'm ready for the next step
I am not ready to stop
want to be fit for my daughters wedding
I want to be there for my grandchildren
it's not the end of the world
I'd be lost without my wife
my family help me
the kids would be happier if I could play
better off in bed today
I am better off without the patches
""".strip().splitlines()
