"""What people are told before their calls are reviewed, until an organisation writes its own."""

DEFAULT = """\
Your recorded calls are reviewed with Debrief, on this organisation's own machine. Nothing leaves it.

What is done: a recording is turned into text, told apart by speaker, and measured: who talks how long,
questions, pauses, interruptions, and what the text shows of the customer's mood. Your own mood is not
judged, neither from your voice nor from your words. Scorecards turn measures into a proposed score.

What counts: a score is a proposal until a coach has approved or corrected it, or, where the organisation
says so, until it passed unseen by a written rule, which is marked. Only such scores enter your performance
record.

What you may do: see everything that is kept about you as soon as anybody else can, with the seconds and the
reasons behind every number; judge your own calls; say that you have seen a score; ask for another look and
say why; see who looked at your calls. Deletion of a call takes its recording, text and scores with it.

What it is not: a score says how a call went by a written standard. Recognition of speech makes more
mistakes with some voices, accents and lines than with others; say so when it did with yours.
"""
