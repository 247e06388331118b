"""Which hashtags, mentions and links a text has, by the rules of each platform, where its payload does not say."""
