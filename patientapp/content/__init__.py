"""Content: what people read about living with pain, as files (patient-experience.md section 8).

A *topic* is a folder of `content/`; a *page* is that topic in one language, a Markdown file with TOML
front matter. *Cards* are the safety advice of one language (`content/safety-cards/<lang>.toml`). A
*signature* says that a named person has read this very page: it lies with the service's own data, not
in the file, and holds the page's hash, so that a changed page counts as unread. Production shows a page
only when it is signed; a demonstration shows all, and says so.

PURE: files in, frozen facts out. A broken file stops the start, naming file, key and reason. A database
of pages with an editor was turned down: words that can harm are changed by review, as code is.
"""
