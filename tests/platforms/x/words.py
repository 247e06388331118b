"""The words that made posts are of, by language."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "ar": ("اليوم", "الناس", "في", "السوق", "كلها", "لن", "نشتري", "بعد", "الآن", "حتى", "تنخفض", "الأسعار", "معا"),
    "en": ("today", "we", "stand", "together", "until", "prices", "fall", "nobody", "buys", "enough", "&amp;", "now"),
    "fa": ("امروز", "مردم", "بازار", "همه", "با", "هم", "نمی‌خریم", "تا", "قیمت", "پایین", "بیاید"),
    "fr": ("aujourd’hui", "ensemble", "personne", "n’achète", "le", "marché", "prix", "baisse", "été", "déjà"),
    "qht": (),
}
EMOJI = ("", "", "", "🔥", "✊🏽", "🇮🇶", "👩‍👩‍👧")
