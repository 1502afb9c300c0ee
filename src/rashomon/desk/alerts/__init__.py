"""Alerts: saved filters with rules, what they raised, and how it reaches people.

rules      what a rule is called and what it takes
watches    what people want to hear of
unusual    what is beyond the usual range of a series of days
judging    what a rule says of an incident that changed
strained   what the rule about tension says of a dyad
raising    changes -> alerts and deliveries, in one transaction
channels   addresses: webhook, e-mail, everything that apprise knows
message    an alert in words
sending    one message to one channel: webhook, mail, others
outbox     which delivery is due, what became of it
"""

from __future__ import annotations
