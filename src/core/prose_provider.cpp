// Titles, sentences and paragraphs. Lengths follow the column's limits: a text is as long as its kind asks for, at most
// as long as it may be, at least as long as it must be. Read first: MakeProse, MakeTitle.
#include "core/text_set.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kMany = std::uint64_t{1} << 48;

// Four forms of one adjective and two subjects; distinct indexes give distinct titles.
ValueSetPointer MakeTitle(const ProviderRequest& request) {
  const std::uint64_t adjectives = kTitleAdjectives.size();
  const std::uint64_t subjects = kTitleSubjects.size();
  TextTraits traits{.description = "title", .injective = true, .min_chars = 14, .max_chars = 36, .can_cut = true};
  traits.size = 4 * adjectives * subjects * subjects;
  const Scrambler scrambler(traits.size);
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    const std::uint64_t mixed = scrambler(index);
    const std::string_view adjective = kTitleAdjectives[mixed / 4 % adjectives];
    const std::string_view first = kTitleSubjects[mixed / 4 / adjectives % subjects];
    const std::string_view second = kTitleSubjects[mixed / 4 / adjectives / subjects];
    const std::uint64_t form = mixed % 4;
    if (form == 0) text.Add(std::string_view("The "));
    text.Add(adjective);
    text.Add(' ');
    text.Add(first);
    static constexpr std::string_view kJoints[] = {" of ", " and ", " for ", " without "};
    text.Add(kJoints[form]);
    text.Add(second);
  });
}

// A short label of one or two words: what `name` and `label` hold in a table of no known kind.
ValueSetPointer MakeLabel(const ProviderRequest& request) {
  const std::uint64_t adjectives = kTitleAdjectives.size();
  TextTraits traits{.description = "label", .injective = true, .min_chars = 7, .max_chars = 21, .can_cut = true};
  traits.size = adjectives * kTitleSubjects.size();
  const Scrambler scrambler(traits.size);
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    const std::uint64_t mixed = scrambler(index);
    text.Add(kTitleAdjectives[mixed % adjectives]);
    text.Add(' ');
    text.Add(kTitleSubjects[mixed / adjectives]);
  });
}

void AddSentence(IndexWords& words, std::uint64_t count, TextCursor& text) {
  const std::size_t start = text.size();
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0) text.Add(' ');
    text.Add(words.Pick(kLoremWords));
    if (i + 1 < count && i > 1 && words.Below(9) == 0) text.Add(',');
  }
  text[start] = static_cast<char>(text[start] & ~0x20);
  text.Add('.');
}

// Cuts to `size` characters at the end of a word and closes the sentence with a full stop.
void CloseText(std::size_t size, TextCursor& text) {
  if (text.size() <= size) return;
  std::size_t end = size;
  while (end > 1 && text[end - 1] != ' ') --end;
  if (end <= size / 2) end = size;
  while (end > 1 && (text[end - 1] == ' ' || text[end - 1] == ',' || text[end - 1] == '.')) --end;
  text.Truncate(end);
  if (end < size) text.Add('.');
}

// Sentences of [shortest, longest] characters, cut to what the column holds and stretched to what it asks for.
ValueSetPointer MakeProse(const ProviderRequest& request, std::string_view description, std::size_t shortest,
                          std::size_t longest) {
  const auto format = MakeTextColumn(request);
  constexpr std::size_t kLongestSentence = 200;  // fourteen words of up to 13 characters
  if (!format || format->max_chars < 3 || format->min_chars + kLongestSentence > kMaxRendered) return nullptr;
  const std::size_t upper = std::min(std::max(longest, format->min_chars), format->max_chars);
  const std::size_t lower = std::min(std::max(shortest, format->min_chars), upper);
  const std::size_t required = format->min_chars;
  TextTraits traits{.description = description, .size = kMany, .min_chars = required, .max_chars = upper};
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, 0x70726F7365);
    const std::size_t size = lower + static_cast<std::size_t>(words.Below(upper - lower + 1));
    while (text.size() < size) {
      if (text.size() > 0) text.Add(' ');
      AddSentence(words, 4 + words.Below(10), text);
    }
    CloseText(size, text);
    while (text.size() < required) text.Add('.');
  });
}

ValueSetPointer MakeHeadline(const ProviderRequest& request) { return MakeProse(request, "sentence", 20, 70); }
ValueSetPointer MakeDescription(const ProviderRequest& request) { return MakeProse(request, "description", 40, 200); }
ValueSetPointer MakeParagraphs(const ProviderRequest& request) { return MakeProse(request, "text", 200, 900); }

// Short remarks such as people leave in forms.
ValueSetPointer MakeNote(const ProviderRequest& request) {
  TextTraits traits{.description = "note", .injective = true, .min_chars = 12, .max_chars = 44, .can_cut = true};
  const std::uint64_t openers = kTextOpeners.size();
  const std::uint64_t adjectives = kTitleAdjectives.size();
  const std::uint64_t things = kFileWords.size();
  traits.size = openers * adjectives * things;
  const Scrambler scrambler(traits.size);
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    const std::uint64_t mixed = scrambler(index);
    text.Add(kTextOpeners[mixed % openers]);
    text.Add(std::string_view(" the "));
    text.AddLower(kTitleAdjectives[mixed / openers % adjectives]);
    text.Add(' ');
    text.Add(kFileWords[mixed / openers / adjectives]);
    text.Add('.');
  });
}

// A few distinct tags, as text[] or as a JSON array.
ValueSetPointer MakeTags(const ProviderRequest& request) {
  const bool is_json = (request.type_class & type_class::kAnyJson) != 0;
  const ValueLimits& limits = request.limits;
  if (!limits.excluded.empty()) return nullptr;
  std::int64_t fewest = 1;
  std::int64_t longest = 4;
  if (!is_json && limits.min_length) fewest = std::max(fewest, *limits.min_length);
  longest = std::max(longest, fewest);
  if (!is_json && limits.max_length) longest = std::min(longest, *limits.max_length);
  if (fewest > longest || longest > 20) return nullptr;
  const auto least = static_cast<std::uint64_t>(fewest);
  const auto most = static_cast<std::uint64_t>(longest);
  ValueLimits other = limits;  // the lengths are elements, not characters
  other.min_length.reset();
  other.max_length.reset();
  const ProviderRequest inner{request.type, -1, other, request.context, request.type_class};
  TextTraits traits{.description = "tags", .size = kMany, .min_chars = 2, .max_chars = 20 * 20};
  return MakeTextSet(inner, traits, [=](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, 0x74616773);
    const std::uint64_t count = least + words.Below(most - least + 1);
    std::uint64_t at = words.Below(kTags.size());
    const std::uint64_t stride = 1 + words.Below(kTags.size() / 21);
    text.Add(is_json ? '[' : '{');
    for (std::uint64_t i = 0; i < count; ++i, at = (at + stride) % kTags.size()) {
      if (i > 0) text.Add(',');
      text.Add('"');
      text.Add(kTags[at]);
      text.Add('"');
    }
    text.Add(is_json ? ']' : '}');
  });
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"description", GroupKind::None, kText, 10, MakeDescription},
    {"headline", GroupKind::None, kText, 10, MakeHeadline},
    {"label", GroupKind::None, kText, 4, MakeLabel},
    {"lorem", GroupKind::None, kText, 10, MakeParagraphs},
    {"note", GroupKind::None, kText, 10, MakeNote},
    {"tags", GroupKind::None, kTextArray | kAnyJson, 0, MakeTags},
    {"title", GroupKind::None, kText, 8, MakeTitle},
};

}  // namespace

ProviderEntries ProseProviders() { return kEntries; }

}  // namespace dbmocker
