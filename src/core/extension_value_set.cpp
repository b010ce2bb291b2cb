// Types of extensions that are written as text by one function of an index: hstore, ltree, cube, seg, isn, intarray,
// and some that are no part of contrib. The name of the extension counts, not the schema that it lives in.
// PostGIS has a file of its own. Read first: MakeExtensionValueSet.
#include <algorithm>
#include <cmath>
#include <memory>

#include "decimal_text.h"
#include "lorem_words.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kNumber = std::uint64_t{1} << 40;  // distinct values that carry a whole number

void AppendWord(std::uint64_t index, std::uint64_t salt, std::string& out) {
  out.append(PickLoremWord(HashIndex(index, salt)).view());
}

// A number that is the index itself where values must be distinct.
std::uint64_t Number(std::uint64_t index, std::uint64_t salt, std::uint64_t below, bool unique) {
  return unique && salt == 0 ? index : HashIndex(index, salt) % below;
}

// ------------------------------------------------------------------------------------------------------------- hstore

constexpr std::string_view kKeys[] = {"color", "size",   "brand", "material", "origin",
                                      "model", "weight", "year",  "source",   "note"};

void AppendPair(std::string_view key, std::uint64_t index, std::uint64_t salt, std::string& out) {
  if (!out.empty()) out.append(", ");
  out.push_back('"');
  for (const char c : key) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.append("\"=>\"");
  AppendWord(index, salt, out);
  out.push_back('"');
}

class HstoreValueSet final : public ValueSet {
 public:
  HstoreValueSet(std::vector<std::string> keys, bool unique) : keys_(std::move(keys)), unique_(unique) {}
  std::uint64_t Size() const override { return kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return unique_; }
  std::string Describe() const override { return "hstore of 1 … 4 keys"; }

  void AppendText(std::uint64_t index, std::string& out) const override {
    std::string pairs;
    std::uint64_t salt = 10;
    for (const std::string& key : keys_) AppendPair(key, index, salt++, pairs);
    std::uint64_t place = HashIndex(index, 1);
    for (std::uint64_t i = HashIndex(index, 2) % 3 + (keys_.empty() ? 1 : 0); i > 0; --i, place += 3) {
      const std::string_view key = kKeys[place % std::size(kKeys)];
      if (std::ranges::find(keys_, key) == keys_.end()) AppendPair(key, index, salt++, pairs);
    }
    if (unique_) {
      pairs.append(pairs.empty() ? "\"number\"=>\"" : ", \"number\"=>\"");
      AppendUnsigned(index, pairs);
      pairs.push_back('"');
    }
    out.append(pairs);
  }

 private:
  std::vector<std::string> keys_;  // that each value has
  bool unique_;
};

// -------------------------------------------------------------------------------------------------------------- ltree

void AppendPath(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t labels = 1 + HashIndex(index, 99) % 4;
  for (std::uint64_t place = 0; place < labels; ++place) {
    if (place > 0) out.push_back('.');
    AppendWord(index, place, out);
    if (unique && place + 1 == labels) AppendUnsigned(index, out);
  }
}

// A path of row numbers, as trees hold it whose rows have no names.
void AppendNumberedPath(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t labels = 1 + HashIndex(index, 99) % 4;
  for (std::uint64_t place = 0; place < labels; ++place) {
    if (place > 0) out.push_back('.');
    AppendUnsigned(unique && place + 1 == labels ? index + 1 : 1 + HashIndex(index, place) % 1000, out);
  }
}

void AppendPathQuery(std::uint64_t index, bool unique, std::string& out) {
  AppendPath(index, unique, out);
  out.append(HashIndex(index, 98) % 2 == 0 ? ".*" : ".*{0,2}");
}

void AppendLabelQuery(std::uint64_t index, bool unique, std::string& out) {
  AppendWord(index, 0, out);
  if (unique) AppendUnsigned(index, out);
  for (std::uint64_t place = 1; place <= HashIndex(index, 99) % 3; ++place) {
    out.append(HashIndex(index, 90 + place) % 2 == 0 ? " & " : " | ");
    AppendWord(index, place, out);
  }
}

// -------------------------------------------------------------------------------------------------------- cube and seg

// A point in space: three coordinates, the first of which is distinct where values must be.
void AppendCube(std::uint64_t index, bool unique, std::string& out) {
  for (std::uint64_t axis = 0; axis < 3; ++axis) {
    out.append(axis == 0 ? "(" : ", ");
    AppendScaled(static_cast<std::int64_t>(Number(index, axis, 100'001, unique)), 2, 0, out);
  }
  out.push_back(')');
}

// earthdistance's points: on a sphere of this radius, in metres. Square roots are the same on every machine.
constexpr double kEarthRadius = 6378168;

void AppendEarth(std::uint64_t index, bool /*unique*/, std::string& out) {
  double place[3];
  double square = 0;
  for (std::uint64_t axis = 0; axis < 3; ++axis) {
    place[axis] = static_cast<double>(HashIndex(index, axis) % 2'000'001) - 1'000'000 + 0.5;
    square += place[axis] * place[axis];
  }
  const double scale = kEarthRadius * 1000 / std::sqrt(square);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    out.append(axis == 0 ? "(" : ", ");
    AppendScaled(static_cast<std::int64_t>(place[axis] * scale), 3, 3, out);
  }
  out.push_back(')');
}

// Numbers of up to nine digits: seg keeps no more.
constexpr std::uint64_t kSegments = 9'000'000;

void AppendSegment(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t lower = Number(index, 0, 100'000, unique);
  AppendScaled(static_cast<std::int64_t>(lower), 1, 1, out);
  out.append(" .. ");
  AppendScaled(static_cast<std::int64_t>(lower + 1 + HashIndex(index, 1) % 1000), 1, 1, out);
}

// --------------------------------------------------------------------------------------------------------------- isn

// `prefix` and further digits up to twelve, with the check digit that makes it an EAN.
void AppendEan(std::string_view prefix, std::uint64_t number, std::string_view tail, std::string& out) {
  std::string digits(prefix);
  AppendPadded(number, static_cast<int>(12 - prefix.size() - tail.size()), digits);
  digits.append(tail);
  int sum = 0;
  for (std::size_t place = 0; place < digits.size(); ++place) sum += (digits[place] - '0') * (place % 2 == 0 ? 1 : 3);
  digits.push_back(static_cast<char>('0' + (10 - sum % 10) % 10));
  out.append(digits);
}

void AppendEan13(std::uint64_t index, bool unique, std::string& out) {
  AppendEan("40", Number(index, 0, 10'000'000'000, unique), "", out);
}
void AppendIsbn(std::uint64_t index, bool unique, std::string& out) {
  AppendEan("978", Number(index, 0, 1'000'000'000, unique), "", out);
}
void AppendIssn(std::uint64_t index, bool unique, std::string& out) {
  AppendEan("977", Number(index, 0, 10'000'000, unique), "00", out);
}
void AppendIsmn(std::uint64_t index, bool unique, std::string& out) {
  AppendEan("9790", Number(index, 0, 100'000'000, unique), "", out);
}
void AppendUpc(std::uint64_t index, bool unique, std::string& out) {
  AppendEan("0", Number(index, 0, 100'000'000'000, unique), "", out);
}

// ------------------------------------------------------------------------------------------------------------- others

void AppendIntegerQuery(std::uint64_t index, bool unique, std::string& out) {
  AppendUnsigned(unique ? index % 2'000'000'000 : 1 + HashIndex(index, 0) % 1000, out);
  for (std::uint64_t place = 1; place <= HashIndex(index, 99) % 3; ++place) {
    out.append(HashIndex(index, 90 + place) % 2 == 0 ? "&" : "|");
    AppendUnsigned(1 + HashIndex(index, place) % 1000, out);
  }
}

void AppendVersion(std::uint64_t index, bool unique, std::string& out) {
  AppendUnsigned(Number(index, 0, 12, unique), out);
  for (const std::uint64_t place : {1, 2}) {
    out.push_back('.');
    AppendUnsigned(HashIndex(index, place) % 20, out);
  }
}

void AppendDebianVersion(std::uint64_t index, bool unique, std::string& out) {
  AppendVersion(index, unique, out);
  out.push_back('-');
  AppendUnsigned(1 + HashIndex(index, 3) % 9, out);
}

constexpr TextFormat kNumberedPath = {"ltree", AppendNumberedPath, kMaxValueSetSize, true, "path of 1 … 4 numbers"};

struct ExtensionFormat {
  std::string_view extension;
  TextFormat format;
};

constexpr ExtensionFormat kFormats[] = {
    {"ltree", {"ltree", AppendPath, kMaxValueSetSize, true, "path of 1 … 4 labels"}},
    {"ltree", {"lquery", AppendPathQuery, kMaxValueSetSize, true, "pattern of paths"}},
    {"ltree", {"ltxtquery", AppendLabelQuery, kMaxValueSetSize, true, "query of labels"}},
    {"cube", {"cube", AppendCube, kNumber, true, "point of 3 dimensions"}},
    {"earthdistance", {"earth", AppendEarth, kMaxValueSetSize, false, "point on the earth"}},
    {"seg", {"seg", AppendSegment, kSegments, true, "segment"}},
    {"isn", {"ean13", AppendEan13, 10'000'000'000, true, "EAN"}},
    {"isn", {"isbn13", AppendIsbn, 1'000'000'000, true, "ISBN"}},
    {"isn", {"isbn", AppendIsbn, 1'000'000'000, true, "ISBN"}},
    {"isn", {"issn13", AppendIssn, 10'000'000, true, "ISSN"}},
    {"isn", {"issn", AppendIssn, 10'000'000, true, "ISSN"}},
    {"isn", {"ismn13", AppendIsmn, 100'000'000, true, "ISMN"}},
    {"isn", {"ismn", AppendIsmn, 100'000'000, true, "ISMN"}},
    {"isn", {"upc", AppendUpc, 100'000'000'000, true, "UPC"}},
    {"intarray", {"query_int", AppendIntegerQuery, 2'000'000'000, true, "query of integers"}},
    {"debversion", {"debversion", AppendDebianVersion, kNumber, true, "version of a package"}},
    {"semver", {"semver", AppendVersion, 2'000'000'000, true, "version"}},
};

class ExtensionValueSet final : public ValueSet {
 public:
  ExtensionValueSet(const TextFormat& format, bool unique) : format_(format), unique_(unique) {}
  std::uint64_t Size() const override { return unique_ ? format_.unique_size : kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return unique_ && format_.is_injective; }
  void AppendText(std::uint64_t index, std::string& out) const override { format_.append(index, unique_, out); }
  std::string Describe() const override { return std::string(format_.words); }

 private:
  const TextFormat& format_;  // one of the constant table
  bool unique_;
};

// pgvector's vectors of as many dimensions as the type modifier says.
class VectorValueSet final : public ValueSet {
 public:
  VectorValueSet(std::uint64_t dimensions, bool is_sparse) : dimensions_(dimensions), is_sparse_(is_sparse) {}
  std::uint64_t Size() const override { return kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return false; }
  std::string Describe() const override { return "vector of " + std::to_string(dimensions_) + " dimensions"; }

  void AppendText(std::uint64_t index, std::string& out) const override {
    out.push_back(is_sparse_ ? '{' : '[');
    const std::uint64_t elements = is_sparse_ ? std::min<std::uint64_t>(dimensions_, 5) : dimensions_;
    for (std::uint64_t place = 0; place < elements; ++place) {
      if (place > 0) out.push_back(',');
      if (is_sparse_) out.append(std::to_string(place + 1)).push_back(':');
      AppendScaled(static_cast<std::int64_t>(HashIndex(index, place) % 20'001) - 10'000, 4, 0, out);
    }
    out.append(is_sparse_ ? "}/" + std::to_string(dimensions_) : "]");
  }

 private:
  std::uint64_t dimensions_;
  bool is_sparse_;
};

}  // namespace

ValueSetPointer MakeExtensionValueSet(const TypeRequest& request) {
  const Type& type = request.type;
  if (type.extension.empty()) return nullptr;
  if (type.extension == "hstore" && type.name == "hstore") {
    return std::make_shared<HstoreValueSet>(
        request.limits.json == nullptr ? std::vector<std::string>() : request.limits.json->keys, request.unique);
  }
  if (type.extension == "vector" && (type.name == "vector" || type.name == "halfvec" || type.name == "sparsevec")) {
    const auto dimensions = static_cast<std::uint64_t>(request.modifier > 0 ? request.modifier : 3);
    return std::make_shared<VectorValueSet>(dimensions, type.name == "sparsevec");
  }
  if (type.extension == "ltree" && type.name == "ltree" && request.context.numbers_paths)
    return std::make_shared<ExtensionValueSet>(kNumberedPath, request.unique);
  for (const ExtensionFormat& one : kFormats)
    if (one.extension == type.extension && one.format.type_name == type.name)
      return std::make_shared<ExtensionValueSet>(one.format, request.unique);
  return nullptr;
}

}  // namespace dbmocker
