"""Invented, harmless texts of simulated campaigns: neighbours who leave dear tomatoes on the shelf."""

from typing import Final

OPENINGS: Final = {
    "ar": (
        "أسعار الطماطم ارتفعت من جديد",
        "السوق هادئ اليوم والصناديق ما زالت ممتلئة",
        "اتركوها على الرفوف حتى ينزل السعر",
        "اليوم الثالث ونحن نطبخ من دون طماطم",
        "جارتنا زرعت الخضار على السطح",
        "المقاطعة السلمية تبدأ من المطبخ",
        "من يعرف سوقًا أسعاره معقولة؟",
        "صورة من سوق الحي هذا الصباح",
        "حتى البائع قال لي: معكم حق",
        "أمي وجدت وصفة جديدة من دون طماطم",
        "السعر نزل قليلًا منذ الأمس",
        "أطفال الحي رسموا لافتة جميلة",
    ),
    "en": (
        "Tomatoes went up again",
        "The market is quiet today and the crates are still full",
        "Leave them on the shelf until the price comes down",
        "Day three of cooking without tomatoes",
        "Our neighbour grows vegetables on her roof now",
        "A peaceful boycott begins in the kitchen",
        "Does anyone know a market with fair prices?",
        "A picture of our market this morning",
        "Even the seller told me: you are right",
        "My mother found a recipe without tomatoes",
        "The price came down a little since yesterday",
        "The children painted a lovely sign",
    ),
}
"""How a text begins, by language."""

ENDINGS: Final = {
    "ar": ("", "ولن نشتري هذا الأسبوع", "والصبر جميل", "شكرًا لكل من شارك", "ونلتقي غدًا", "هذا حق الجميع"),
    "en": (
        "",
        "and we are not buying this week",
        "so be patient",
        "thanks to all who joined",
        "see you tomorrow",
    ),
}
"""How a text goes on, by language."""

NAMES: Final = {
    "ar": ("سلمى", "كريم", "ليلى", "يوسف", "هدى", "عمر", "نور", "سامي"),
    "en": ("Alma", "Ben", "Clara", "Dan", "Edith", "Frank", "Grace", "Hugo"),
}
"""Names of accounts, by language."""
