"""Notifications: people are told of what concerns them, in the bell and (as they choose) by mail.

Nouns: notification (one person, one event, one channel), preference (one person, one kind of event).
"""
