// A list of given texts as a value set. Types with a simple native form are parsed once, here; all others are written
// as input text, so that the server's input function has the last word (and applies the type modifier).
// Read first: MakeModifiedListValueSet.
#include <algorithm>
#include <bit>
#include <charconv>
#include <memory>
#include <set>

#include "dbmocker/error.h"
#include "decimal_text.h"
#include "temporal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

// How a list's values are written, and by what they are told apart.
enum class ListForm { Words, Texts, Inputs };

struct ListItems {
  std::vector<std::string> texts;
  std::vector<std::uint64_t> words;  // Words only
  ListForm form = ListForm::Inputs;
  bool is_distinct = false;
  bool is_distinct_ignoring_case = false;
};

class ListValueSet final : public ValueSet {
 public:
  explicit ListValueSet(ListItems items) : items_(std::move(items)) {}

  std::uint64_t Size() const override { return items_.texts.size(); }
  bool IsInjective(bool ignoring_case) const override {
    return ignoring_case ? items_.is_distinct_ignoring_case : items_.is_distinct;
  }
  Encoding encoding() const override {
    if (items_.form == ListForm::Words) return Encoding::Word;
    return items_.form == ListForm::Texts ? Encoding::Varlena : Encoding::InputText;
  }
  void AppendText(std::uint64_t index, std::string& out) const override { out.append(items_.texts[index]); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    if (items_.form != ListForm::Words) {
      const bool is_varlena = items_.form == ListForm::Texts;
      for (std::size_t row = 0; row < indexes.size(); ++row) {
        const std::string& text = items_.texts[indexes[row]];
        is_varlena ? out.SetVarlena(row, text) : out.SetInputText(row, text);
      }
      return;
    }
    const std::span<std::uint64_t> words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) words[row] = items_.words[indexes[row]];
  }
  std::string Describe() const override {
    if (items_.texts.size() == 1) return "always " + items_.texts.front();
    std::string text = "one of " + std::to_string(items_.texts.size()) + " values";
    if (items_.texts.size() > 4) return text;
    const char* separator = ": ";
    for (const std::string& item : items_.texts) {
      text += separator + item;
      separator = ", ";
    }
    return text;
  }

 private:
  ListItems items_;
};

// ----------------------------------------------------------------------------------------------------- native words

std::optional<std::uint64_t> ParseFloatWord(std::string_view text, bool is_single) {
  double value = 0;
  float single = 0;
  const char* end = text.data() + text.size();
  const auto result = is_single ? std::from_chars(text.data(), end, single) : std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  // The two zeros are equal, and NaN has many patterns: leave them to the server.
  if (is_single) {
    if (!(single < 0 || single > 0)) return std::nullopt;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::bit_cast<std::int32_t>(single)));
  }
  if (!(value < 0 || value > 0)) return std::nullopt;
  return std::bit_cast<std::uint64_t>(value);
}

struct WordRange {
  std::string_view type_name;
  std::int64_t first;
  std::int64_t last;
};

constexpr WordRange kWordRanges[] = {
    {"int2", INT16_MIN, INT16_MAX},
    {"int4", INT32_MIN, INT32_MAX},
    {"int8", INT64_MIN, INT64_MAX},
    {"oid", 0, 0xFFFFFFFF},
    {"date", -2'451'545, 2'145'031'948},
    {"time", 0, kMicrosPerDay},
    {"timestamp", -211'813'488'000'000'000, 9'223'371'331'199'999'999},
    {"timestamptz", -211'813'488'000'000'000, 9'223'371'331'199'999'999},
};

// The word of a value that the type holds exactly as written.
std::optional<std::uint64_t> ParseWord(const Type& type, int modifier, const std::string& text) {
  if (type.kind == TypeKind::Enum) {
    for (std::size_t i = 0; i < type.labels.size() && i < type.label_oids.size(); ++i) {
      if (type.labels[i] == text) return type.label_oids[i];
    }
    return std::nullopt;
  }
  if (IsBuiltIn(type, "bool")) {
    if (text == "t" || text == "true") return 1;
    if (text == "f" || text == "false") return 0;
    return std::nullopt;
  }
  if (IsBuiltIn(type, "float4") || IsBuiltIn(type, "float8")) return ParseFloatWord(text, type.name == "float4");
  for (const WordRange& range : kWordRanges) {
    if (!IsBuiltIn(type, range.type_name)) continue;
    const auto point = FindPointParser(type, modifier)(text);
    if (!point || !point->exact || point->floor < range.first || point->floor > range.last) return std::nullopt;
    const auto value = static_cast<std::int64_t>(point->floor);
    if (range.type_name.starts_with("time") && value % TemporalUnit(modifier) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(value);
  }
  return std::nullopt;
}

// ------------------------------------------------------------------------------------------------------ distinctness

bool IsPlainText(const Type& type) { return IsBuiltIn(type, "text") || IsBuiltIn(type, "varchar"); }

// Types whose distinct texts are distinct values; "name" and char(n) after cutting what does not count.
bool ComparesByText(const Type& type) {
  return IsPlainText(type) || type.kind == TypeKind::Enum || IsBuiltIn(type, "name") || IsBuiltIn(type, "bpchar") ||
         IsBuiltIn(type, "char");
}

std::string FoldCase(const std::string& text) {
  // Letters outside ASCII fold to one mark: that can only find too many equal texts, never too few.
  std::string folded;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
      if (folded.empty() || folded.back() != '\x01') folded.push_back('\x01');
    } else {
      folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return folded;
}

template <typename Items>
bool AllDistinct(const Items& items) {
  return std::set<typename Items::value_type>(items.begin(), items.end()).size() == items.size();
}

std::optional<std::string> NormalizeNumber(const std::string& text) {
  const auto decimals = CountDecimals(text);
  if (!decimals || *decimals > 17) return std::nullopt;
  const auto point = ParseDecimal(text, *decimals);
  if (point->floor > INT64_MAX || point->floor < INT64_MIN) return std::nullopt;
  std::string normal = std::to_string(*decimals) + '/';
  AppendInteger(static_cast<std::int64_t>(point->floor), normal);
  return normal;
}

// What must differ for the values to differ; empty if that is not known of the type.
std::vector<std::string> MakeEqualityKeys(const Type& type, int modifier, const std::vector<std::string>& texts) {
  std::vector<std::string> keys;
  for (const std::string& text : texts) {
    if (IsBuiltIn(type, "numeric")) {
      const auto numeric = ReadNumericModifier(modifier);
      auto normal = NormalizeNumber(text);
      // What the column would round might meet another value.
      if (!normal || (numeric && *CountDecimals(text) > numeric->scale)) return {};
      keys.push_back(std::move(*normal));
    } else if (ComparesByText(type)) {
      keys.push_back(text);
      if (IsBuiltIn(type, "bpchar")) keys.back().erase(text.find_last_not_of(' ') + 1);
      if (IsBuiltIn(type, "name")) keys.back().resize(std::min<std::size_t>(text.size(), 63));
      if (IsBuiltIn(type, "char")) keys.back().resize(std::min<std::size_t>(text.size(), 1));
    } else {
      return {};
    }
  }
  return keys;
}

}  // namespace

ValueSetPointer MakeModifiedListValueSet(const Type& type, int modifier, std::vector<std::string> texts) {
  if (texts.empty()) throw Error(sqlstate::kInvalidParameterValue, "a list of values cannot be empty");
  const Type& base = UnwrapDomains(type, modifier);
  ListItems items;
  for (const std::string& text : texts) {
    const auto word = ParseWord(base, modifier, text);
    if (!word) break;
    items.words.push_back(*word);
  }
  if (items.words.size() == texts.size()) {
    items.form = ListForm::Words;
    items.is_distinct = items.is_distinct_ignoring_case = AllDistinct(items.words);
  } else {
    const bool fits = modifier < 4 || std::all_of(texts.begin(), texts.end(), [modifier](const std::string& text) {
                        return CountCharacters(text) <= modifier - 4;
                      });
    items.form = IsPlainText(base) && fits ? ListForm::Texts : ListForm::Inputs;
    const std::vector<std::string> keys = MakeEqualityKeys(base, modifier, texts);
    items.is_distinct = texts.size() == 1 || (!keys.empty() && AllDistinct(keys));
    std::vector<std::string> folded;
    for (const std::string& key : keys) folded.push_back(FoldCase(key));
    items.is_distinct_ignoring_case = texts.size() == 1 || (!folded.empty() && AllDistinct(folded));
  }
  items.texts = std::move(texts);
  return std::make_shared<ListValueSet>(std::move(items));
}

ValueSetPointer MakeListValueSet(const Type& type, std::vector<std::string> texts) {
  return MakeModifiedListValueSet(type, -1, std::move(texts));
}

}  // namespace dbmocker
