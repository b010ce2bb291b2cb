// See candidate_values.h. One function per family of types.
// Read first: MakeCandidates at the end.
#include "candidate_values.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>

#include "dbmocker/provider.h"
#include "read_expression.h"
#include "temporal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::size_t kMostConstants = 8;
constexpr std::uint64_t kDrawsOfProvider = 12;

// Distinct texts in the order in which they were added.
class Candidates {
 public:
  void Add(const std::string& text) {
    if (seen_.insert(text).second) texts_.push_back(text);
  }
  std::vector<std::string> Take() { return std::move(texts_); }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> texts_;
};

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined += part;
  return joined;
}

void CollectConstants(const Expression& expression, Candidates& into) {
  if (expression.kind == Expression::Kind::Constant && expression.value) into.Add(*expression.value);
  for (const auto& element : expression.elements)
    if (element) into.Add(*element);
  for (const Expression& argument : expression.arguments) CollectConstants(argument, into);
}

std::vector<double> NumbersAmong(const std::vector<std::string>& constants) {
  std::vector<double> numbers;
  for (const std::string& text : constants) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (!text.empty() && *end == '\0' && std::isfinite(number) && std::abs(number) < 1e15) numbers.push_back(number);
  }
  return numbers;
}

std::string WriteNumber(double number, bool is_whole) {
  if (is_whole) return std::to_string(std::llround(number));
  char text[64];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

// ------------------------------------------------------------------------------------------------------------ texts

// Values of a set, spread evenly.
void AddDraws(const ValueSet& set, std::uint64_t count, Candidates& into) {
  const std::uint64_t size = set.Size();
  for (std::uint64_t i = 0; i < std::min(count, size); ++i) {
    std::string text;
    set.AppendText(size <= count ? i : size / count * i + i, text);
    into.Add(text);
  }
}

void AddProvided(const TypeOfColumn& type, const ValueContext& context, Candidates& into) {
  for (const std::string& name : ProviderNames()) {
    Meaning meaning;
    meaning.provider = name;
    const ValueSetPointer set = MakeProviderValueSet(meaning, *type.type, type.type_modifier, {}, context);
    if (set != nullptr) AddDraws(*set, kDrawsOfProvider, into);
  }
}

// Around each constant, and with every two of them.
void AddAround(const std::vector<std::string>& constants, Candidates& into) {
  static constexpr const char* kFillers[] = {"", "a", "abc", "Main", "1", "42", "2024", "x1"};
  for (const std::string& constant : constants) {
    for (const char* before : kFillers)
      for (const char* after : kFillers) into.Add(before + constant + after);
    for (const std::string& other : constants)
      for (const char* filler : kFillers) {
        into.Add(Join({filler, constant, filler, other, filler}));
        into.Add(Join({constant, filler, other}));
      }
  }
}

// Runs of one kind of character, in every length that such texts have.
void AddShapes(Candidates& into) {
  for (std::size_t length = 1; length <= 40; ++length) {
    std::string digits, letters, hex;
    for (std::size_t i = 0; i < length; ++i) {
      digits += static_cast<char>('1' + i % 9);
      letters += static_cast<char>('a' + i % 26);
      hex += "0123456789abcdef"[(7 * i + 3) % 16];
    }
    std::string capitals = letters;
    std::ranges::transform(capitals, capitals.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const std::string& text : {digits, letters, capitals, hex, letters.substr(0, 1) + digits}) into.Add(text);
    if (length >= 2) into.Add(capitals.substr(0, 1) + letters.substr(1));
    if (length >= 3) into.Add(capitals.substr(0, 2) + digits.substr(2));
  }
  for (int number = 0; number <= 200; ++number) into.Add(std::to_string(number));
}

// --------------------------------------------------------------------------------------------------- numbers, moments

// Every number that is often asked for, and those next to the constants.
std::vector<double> UsualNumbers(const std::vector<double>& constants, bool is_whole) {
  std::vector<double> numbers;
  for (int i = -20; i <= 400; ++i) numbers.push_back(i);
  for (int year = 1950; year <= 2040; ++year) numbers.push_back(year);
  for (int bit = 9; bit <= 40; ++bit)
    for (const int step : {-1, 0, 1}) numbers.push_back(static_cast<double>(std::int64_t{1} << bit) + step);
  for (double power = 1000; power <= 1e12; power *= 10)
    for (const int step : {-1, 0, 1}) numbers.push_back(power + step);
  for (const double constant : constants) {
    for (int i = 1; i <= 50; ++i) numbers.push_back(constant * i);
    for (const double step : {-2.0, -1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0, 2.0}) numbers.push_back(constant + step);
    for (const double other : constants) numbers.push_back((constant + other) / 2);
  }
  if (!is_whole)
    for (int i = -100; i <= 1000; ++i) numbers.push_back(i / 10.0);
  return numbers;
}

void AddNumbers(const std::vector<std::string>& constants, bool is_whole, Candidates& into) {
  for (const double number : UsualNumbers(NumbersAmong(constants), is_whole)) into.Add(WriteNumber(number, is_whole));
  for (const std::string& constant : constants) into.Add(constant);
}

std::string WriteDay(std::int64_t day) {
  std::string text;
  AppendDate(day, text);
  return text;
}

// Days of two years, each first of a month of forty, and each January 1 of a hundred; with times of day where they have
// one.
void AddMoments(const std::vector<std::string>& constants, bool has_time, const ValueContext& context,
                Candidates& into) {
  constexpr std::int64_t kDay = 86'400'000'000;
  const std::int64_t today = context.reference_time / kDay;
  const auto add = [&](std::int64_t day) {
    std::string text = WriteDay(day);
    into.Add(text);
    if (has_time && day % 16 == 0)
      for (const char* time : {" 08:00:00", " 12:30:00", " 23:59:59"}) into.Add(text + time);
  };
  for (std::int64_t day = today - 730; day <= today + 30; ++day) add(day);
  for (std::int64_t day = today - 40 * 366; day < today; ++day) {
    const std::string text = WriteDay(day);
    if (text.ends_with("-01")) add(day);
  }
  for (const std::string& constant : constants) into.Add(constant);
}

// ------------------------------------------------------------------------------------------- ranges, arrays, documents

void AddRanges(const TypeOfColumn& type, const std::vector<std::string>& constants, const ValueContext& context,
               Candidates& into) {
  const TypeOfColumn subtype = UnwrapDomains(*type.type->element, -1);
  std::vector<std::string> bounds;
  std::vector<double> numbers = NumbersAmong(constants);
  for (const std::string& constant : constants) bounds.push_back(constant);
  if (subtype.type->category == 'N') {
    std::vector<double> inner = numbers;
    if (inner.empty()) inner = {0, 100};
    std::ranges::sort(inner);
    for (int i = 0; i <= 20; ++i)
      bounds.push_back(WriteNumber(std::round(inner.front() + (inner.back() - inner.front()) * i / 20), true));
    for (const double number : {0.0, 1.0, 10.0, 1000.0}) bounds.push_back(WriteNumber(number, true));
  } else {
    Candidates moments;
    if (const ValueSetPointer set = MakeTypeValueSet(*subtype.type, -1, {}, false, context))
      AddDraws(*set, 30, moments);
    const std::vector<std::string> drawn = moments.Take();
    bounds.insert(bounds.end(), drawn.begin(), drawn.end());
  }
  for (const std::string& lower : bounds) {
    for (const std::string& upper : bounds) {
      into.Add(Join({"[\"", lower, "\",\"", upper, "\")"}));
      into.Add(Join({"[\"", lower, "\",\"", upper, "\"]"}));
    }
    into.Add("[\"" + lower + "\",)");
    into.Add("(,\"" + lower + "\")");
  }
  into.Add("(,)");
  into.Add("empty");
}

std::string QuoteJson(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

// Documents with each constant as a key, with two of them, with all, and with one as the value of another.
void AddDocuments(const std::vector<std::string>& constants, Candidates& into) {
  std::vector<std::string> values = {"1", "0", "\"a\"", "\"2024-01-01\"", "true", "{}", "[]", "[1]", "[\"a\"]", "null"};
  for (const std::string& constant : constants) {
    values.push_back(QuoteJson(constant));
    values.push_back("[" + QuoteJson(constant) + "]");
  }
  for (const std::string& value : values) {
    into.Add(value);
    std::string all;
    for (const std::string& constant : constants) {
      const std::string key = QuoteJson(constant) + ": ";
      if (!all.empty()) all += ", ";
      all.append(key).append(value);
      into.Add(Join({"{", key, value, "}"}));
      into.Add(Join({"[{", key, value, "}]"}));
      for (const std::string& other : constants) {
        if (other == constant) continue;
        const std::string outer = QuoteJson(other);
        for (const std::string& inner : values) into.Add(Join({"{", key, value, ", ", outer, ": ", inner, "}"}));
        into.Add(Join({"{", outer, ": {", key, value, "}}"}));
      }
    }
    into.Add("{" + all + "}");
  }
}

void AddArrays(const TypeOfColumn& type, const std::vector<std::string>& constants, Candidates& into) {
  const bool is_number = type.type->element != nullptr && type.type->element->category == 'N';
  std::vector<std::string> elements = constants;
  for (const char* element : {"1", "2", "3", "10", "50"}) elements.emplace_back(element);
  if (!is_number)
    for (const char* element : {"a", "b", "c", "alpha", "beta"}) elements.emplace_back(element);
  into.Add("{}");
  std::string growing;
  for (const std::string& element : elements) {
    const std::string quoted = QuoteJson(element);
    growing += (growing.empty() ? "" : ",") + quoted;
    into.Add("{" + growing + "}");
    into.Add("{" + quoted + "}");
    for (const std::string& other : elements) {
      into.Add("{" + quoted + "," + QuoteJson(other) + "}");
      into.Add(Join({"{", quoted, ",", QuoteJson(other), ",", quoted, "}"}));
    }
  }
}

void AddPoints(const std::vector<std::string>& constants, Candidates& into) {
  std::vector<double> numbers = NumbersAmong(constants);
  for (const double number : {0.0, 1.0, -1.0, 0.5, 10.0}) numbers.push_back(number);
  for (const double x : numbers)
    for (const double y : numbers) into.Add("(" + WriteNumber(x, false) + "," + WriteNumber(y, false) + ")");
}

// Hosts and networks of both families and many sizes, also inside of the networks among the constants.
void AddAddresses(const Type& type, const std::vector<std::string>& constants, Candidates& into) {
  if (type.name.starts_with("macaddr")) {
    const char* const tail = type.name == "macaddr8" ? ":00:00" : "";
    for (const char* start : {"00:00:00", "02:00:5e", "00:16:3e", "08:00:2b"})
      for (int i = 0; i <= 20; ++i) {
        char text[48];
        std::snprintf(text, sizeof text, "%s:00:00:%02x%s", start, static_cast<unsigned>(i), tail);
        into.Add(text);
      }
    return;
  }
  std::vector<std::string> firsts = {"10.", "192.168.", "172.16.", "203.0.113."};
  for (const std::string& constant : constants) {
    const std::size_t end = constant.find('/');
    const int bits = end == std::string::npos ? 0 : std::atoi(constant.c_str() + end + 1);
    std::size_t place = 0;
    for (int i = 0; i < bits / 8 && place != std::string::npos; ++i) place = constant.find('.', place + 1);
    if (bits >= 8 && place != std::string::npos) firsts.push_back(constant.substr(0, place + 1));
  }
  for (const std::string& first : firsts) {
    const auto dots = std::ranges::count(first, '.');
    for (int i = 0; i < 60; ++i) {
      std::string network = first;
      std::string host = first;
      for (auto part = dots; part < 4; ++part) {
        const char* const dot = part < 3 ? "." : "";
        network += (part == dots && part < 3 ? std::to_string(i * 4) : "0") + dot;
        host += std::to_string(1 + (i * 37 + part * 11) % 250) + dot;
      }
      if (type.name == "inet") into.Add(host);
      if (type.name == "inet") into.Add(host + "/24");
      into.Add(network + "/" + std::to_string(std::min<std::ptrdiff_t>(8 * (dots + 1), 32)));
      into.Add(network + "/32");
    }
  }
  for (int i = 1; i <= 60; ++i) {
    char text[48];
    std::snprintf(text, sizeof text, "2001:db8:0:%x::", static_cast<unsigned>(i));
    into.Add(std::string(text) + "/64");
    into.Add(std::string(text) + (type.name == "inet" ? "1" : "/128"));
  }
}

bool IsNamed(const Type& type, std::initializer_list<const char*> names) {
  return type.schema == "pg_catalog" && std::ranges::any_of(names, [&](const char* name) { return type.name == name; });
}

}  // namespace

std::vector<std::string> MakeCandidates(const TypeOfColumn& type, const std::vector<const Expression*>& checks,
                                        const ValueContext& context) {
  Candidates found;
  for (const Expression* check : checks) CollectConstants(*check, found);
  std::vector<std::string> constants = found.Take();
  if (constants.size() > kMostConstants) constants.resize(kMostConstants);
  const Type& base = *type.type;
  Candidates candidates;
  if (base.category == 'S') {
    AddProvided(type, context, candidates);
    AddAround(constants, candidates);
    AddShapes(candidates);
  } else if (IsNamed(base, {"int2", "int4", "int8", "numeric", "float4", "float8", "money"})) {
    AddNumbers(constants, base.name.starts_with("int"), candidates);
  } else if (IsNamed(base, {"date", "timestamp", "timestamptz"})) {
    AddMoments(constants, base.name != "date", context, candidates);
  } else if (base.kind == TypeKind::Range && base.element != nullptr) {
    AddRanges(type, constants, context, candidates);
  } else if (base.kind == TypeKind::Array) {
    AddArrays(type, constants, candidates);
  } else if (IsNamed(base, {"json", "jsonb"})) {
    AddDocuments(constants, candidates);
  } else if (IsNamed(base, {"inet", "cidr", "macaddr", "macaddr8"})) {
    AddAddresses(base, constants, candidates);
  } else if (IsNamed(base, {"point"})) {
    AddPoints(constants, candidates);
  }
  return candidates.Take();
}

}  // namespace dbmocker
