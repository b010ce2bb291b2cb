// text, varchar(n), char(n), name and refcursor. Random text is one to eight words of the built-in vocabulary; unique
// text is a word followed by a short code, or the bare code where few characters fit.
// Limits: lengths (characters) and excluded values; intervals are ignored (collations decide them, the server's check
// rejects). Everything here is lower-case ASCII, so characters are bytes and distinct stays distinct ignoring case.
// Read first: MakeTextValueSet.
#include <algorithm>
#include <cstring>
#include <memory>

#include "lorem_words.h"
#include "text_storage.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kMaxWords = 8;
constexpr std::int64_t kLongestUsual = kMaxWords * static_cast<std::int64_t>(kLongestLoremWord + 1);
constexpr std::int64_t kLongestFilled = 1000;  // longer limits are not filled to the brim
constexpr std::size_t kWordStore = 16;

// ------------------------------------------------------------------------------------------------------ random text

class RandomTextValueSet final : public ValueSet, public TextStorageHolder {
 public:
  RandomTextValueSet(TextStorage storage, LengthLimits lengths, std::vector<std::string> excluded)
      : TextStorageHolder(storage),
        lengths_(lengths),
        longest_(lengths.maximum.value_or(INT64_MAX)),
        excluded_(std::move(excluded)),
        is_plain_(lengths.minimum == 0 && longest_ >= kLongestUsual && excluded_.empty() &&
                  storage.form == TextForm::Varlena) {
    std::sort(excluded_.begin(), excluded_.end());
  }

  std::uint64_t Size() const override { return longest_ == 0 ? 1 : kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return Size() == 1; }
  Encoding encoding() const override { return storage().encoding(); }

  void AppendText(std::uint64_t index, std::string& out) const override {
    constexpr std::uint64_t kMaxSalts = 64;
    const std::size_t start = out.size();
    for (std::uint64_t salt = 0; salt < kMaxSalts; ++salt) {
      out.resize(start);
      AppendWords(index, salt, out);
      const std::string_view text = std::string_view(out).substr(start);
      if (excluded_.empty() || !std::binary_search(excluded_.begin(), excluded_.end(), text)) return;
    }
  }

  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    if (is_plain_) {
      EmitPlain(indexes, out);
      return;
    }
    std::string text;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      text.clear();
      AppendText(indexes[row], text);
      storage().Store(text, row, out);
    }
  }

  std::string Describe() const override {
    std::string text = "lorem text";
    if (longest_ != INT64_MAX) text += " of at most " + std::to_string(longest_) + " characters";
    return text;
  }
  std::string Shape() const override { return longest_ > 0 ? "^[a-z]+( [a-z]+)*$" : "^$"; }

 private:
  static std::size_t CountWords(std::uint64_t random) {
    return 1 + static_cast<std::size_t>((random >> 56) % static_cast<std::uint64_t>(kMaxWords));
  }

  // Whether this value is to have as many characters as its type allows.
  bool Fills(std::uint64_t random) const {
    return longest_ <= kLongestFilled && ((random >> 8) & (longest_ <= 255 ? 31U : 1023U)) == 0;
  }

  // Words straight into the arena; a value is at most kLongestUsual bytes, so its header is a short one.
  void EmitPlain(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
    constexpr std::size_t kRoom = varlena::kShortHeader + static_cast<std::size_t>(kLongestUsual) + kWordStore;
    static_assert(static_cast<std::size_t>(kLongestUsual) <= varlena::kMaxShortPayload);
    std::string filled;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      const std::uint64_t random = HashIndex(indexes[row], 0);
      if (Fills(random)) {
        filled.clear();
        AppendText(indexes[row], filled);
        out.SetVarlena(row, filled);
        continue;
      }
      std::size_t words = CountWords(random);
      std::uint64_t picks = HashIndex(indexes[row], 1);
      std::byte* start = out.arena().Allocate(kRoom);
      std::byte* place = start + varlena::kShortHeader;
      for (; words > 0; --words, picks >>= 8) {
        const LoremWord& word = PickLoremWord(picks);
        std::memcpy(place, word.text, sizeof word.text);
        place += word.length;
        *place++ = std::byte{' '};
      }
      --place;
      varlena::WriteHeader(start, static_cast<std::size_t>(place - start) - varlena::kShortHeader);
      out.arena().Shrink(kRoom - static_cast<std::size_t>(place - start));
      out.SetBytes(row, start);
    }
  }

  // The same words as EmitPlain, cut and filled to the length limits.
  void AppendWords(std::uint64_t index, std::uint64_t salt, std::string& out) const {
    const std::uint64_t random = HashIndex(index, salt * 2);
    std::uint64_t picks = HashIndex(index, salt * 2 + 1);
    const std::size_t start = out.size();
    const std::int64_t wanted = Fills(random) ? longest_ : lengths_.minimum;
    const auto words = static_cast<std::int64_t>(CountWords(random));
    for (std::int64_t word = 0; word < words || Length(out, start) < wanted; ++word) {
      if (word > 0 && word % kMaxWords == 0) picks = Mix(picks + random + static_cast<std::uint64_t>(word));
      const std::string_view next = PickLoremWord(picks >> (8 * (word % kMaxWords))).view();
      const std::int64_t room = longest_ - Length(out, start) - (word > 0 ? 1 : 0);
      if (word > 0 && room < static_cast<std::int64_t>(next.size()) && Length(out, start) >= wanted) break;
      if (word > 0) out.push_back(' ');
      out.append(next);
      if (Length(out, start) >= longest_) break;
    }
    Cut(start, out);
  }

  static std::int64_t Length(const std::string& out, std::size_t start) {
    return static_cast<std::int64_t>(out.size() - start);
  }
  void Cut(std::size_t start, std::string& out) const {
    if (Length(out, start) <= longest_) return;
    out.resize(start + static_cast<std::size_t>(longest_));
    if (longest_ > 0 && out.back() == ' ') out.back() = 's';
  }

  LengthLimits lengths_;
  std::int64_t longest_;
  std::vector<std::string> excluded_;
  bool is_plain_;
};

// ------------------------------------------------------------------------------------------------------ unique text

constexpr std::int64_t kLongestCode = 13;  // 10 * 36^12 codes are more than kMaxValueSetSize

class UniqueTextValueSet final : public ValueSet, public TextStorageHolder {
 public:
  UniqueTextValueSet(TextStorage storage, LengthLimits lengths)
      : TextStorageHolder(storage),
        minimum_(lengths.minimum),
        has_words_(lengths.maximum.value_or(INT64_MAX) >=
                   kLongestCode + std::max<std::int64_t>(lengths.minimum, kLongestLoremWord)),
        codes_{has_words_ ? 1 : lengths.minimum, has_words_ ? kLongestCode : *lengths.maximum, has_words_} {
    if (codes_.shortest == 0 && codes_.longest > 0) codes_.shortest = 1;
  }

  // Takes out the values that are excluded. Returns false if none is left.
  bool Exclude(const std::vector<std::string>& texts) {
    ValueLimits limits;
    for (const std::string& text : texts) {
      if (const auto index = Find(text)) limits.excluded.push_back(std::to_string(*index));
    }
    const auto last = static_cast<std::int64_t>(codes_.Count() - 1);
    OrderedSpace space;
    space.legal = space.usual = {0, last};
    space.preferred = {space.legal};
    const auto range = ResolveOrderedRange(space, limits, true, [](std::string_view text) {
      return std::optional<OrderedPoint>({static_cast<Int128>(std::stoull(std::string(text))), true});
    });
    if (!range) return false;
    indexes_ = *range;
    return true;
  }

  std::uint64_t Size() const override { return indexes_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  Encoding encoding() const override { return storage().encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    AppendCoded(static_cast<std::uint64_t>(indexes_.At(index)), out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::string text;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      text.clear();
      AppendText(indexes[row], text);
      storage().Store(text, row, out);
    }
  }
  std::string Describe() const override {
    return has_words_ ? "distinct words with a code"
                      : "distinct codes of at most " + std::to_string(codes_.longest) + " characters";
  }
  std::string Shape() const override { return has_words_ ? "^[a-z]+[0-9][0-9a-z]*$" : "^[0-9a-z]*$"; }

 private:
  // No word has a digit and every code begins with one, so the code can be told from the word.
  void AppendCoded(std::uint64_t index, std::string& out) const {
    if (!has_words_) {
      codes_.Append(index, out);
      return;
    }
    const std::size_t start = out.size();
    std::uint64_t salt = 0;
    do {
      out.append(PickLoremWord(HashIndex(index, salt++)).view());
    } while (static_cast<std::int64_t>(out.size() - start) <
             minimum_ - 1 - static_cast<std::int64_t>(kLongestLoremWord));
    // The last word and the code together always have room for the rest of the minimum.
    const std::string_view filling = PickLoremWord(HashIndex(index, salt)).view();
    for (std::size_t i = 0; static_cast<std::int64_t>(out.size() - start) < minimum_ - 1; ++i)
      out.push_back(filling[i % filling.size()]);
    codes_.Append(index, out);
  }

  std::optional<std::uint64_t> Find(const std::string& text) const {
    const std::size_t start = has_words_ ? text.find_first_of("0123456789") : 0;
    std::uint64_t index = 0;
    if (start == std::string::npos || !codes_.Find(std::string_view(text).substr(start), index)) return std::nullopt;
    std::string same;
    AppendCoded(index, same);
    if (same != text) return std::nullopt;
    return index;
  }

  std::int64_t minimum_;
  bool has_words_;
  CodeSpace codes_;
  OrderedRange indexes_{{{0, 0}}, false};
};

}  // namespace

std::optional<TextStorage> FindTextStorage(const TypeRequest& request) {
  const Type& type = request.type;
  if (IsBuiltIn(type, "text") || IsBuiltIn(type, "varchar") || IsBuiltIn(type, "refcursor")) {
    return TextStorage{TextForm::Varlena, 0};
  }
  if (IsBuiltIn(type, "bpchar")) {
    const auto width = MaxLengthOfModifier(type, request.modifier);
    return TextStorage{width ? TextForm::Padded : TextForm::Varlena, static_cast<std::size_t>(width.value_or(0))};
  }
  if (IsBuiltIn(type, "name")) return TextStorage{TextForm::Name, 0};
  if (type.extension == "citext" && type.name == "citext") return TextStorage{TextForm::Varlena, 0};
  return std::nullopt;
}

ValueSetPointer MakeTextValueSet(const TypeRequest& request) {
  const auto storage = FindTextStorage(request);
  if (!storage) return nullptr;
  const LengthLimits lengths = ResolveLengths(request);
  std::vector<std::string> excluded = request.limits.excluded;
  // Trailing blanks of char(n) do not count.
  if (IsBuiltIn(request.type, "bpchar")) {
    for (std::string& text : excluded) text.erase(text.find_last_not_of(' ') + 1);
  }
  // Where so little fits that excluding could leave nothing, exclude exactly.
  const bool is_tiny = lengths.maximum.value_or(INT64_MAX) <= 2 && !excluded.empty();
  if (!request.unique && !is_tiny) return std::make_shared<RandomTextValueSet>(*storage, lengths, std::move(excluded));
  auto values = std::make_shared<UniqueTextValueSet>(*storage, lengths);
  if (!values->Exclude(excluded)) ThrowNoValue(request.type, request.limits);
  return values;
}

}  // namespace dbmocker
