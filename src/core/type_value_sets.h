// The families of types behind MakeTypeValueSet, one factory per file, and what they share. Private to src/core.
// Every factory returns nullptr if the type is not of its family and throws Error 22023 if the limits leave no value.
// Read first: TypeRequest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbmocker/random_stream.h"
#include "dbmocker/value_set.h"
#include "ordered_range.h"
#include "text_storage.h"

namespace dbmocker {

// What MakeTypeValueSet was asked for, domains unwrapped.
struct TypeRequest {
  const Type& type;
  int modifier;
  const ValueLimits& limits;
  bool unique;
  const ValueContext& context;
};

// ------------------------------------------------------------------------------------------------------- families

ValueSetPointer MakeIntegerValueSet(const TypeRequest& request);  // integers, money, xid, cid, pg_lsn …
ValueSetPointer MakeObjectIdentifierValueSet(const TypeRequest& request);  // oid, regclass, regtype …
ValueSetPointer MakeBooleanValueSet(const TypeRequest& request);
ValueSetPointer MakeNumericValueSet(const TypeRequest& request);
ValueSetPointer MakeFloatValueSet(const TypeRequest& request);
ValueSetPointer MakeTemporalValueSet(const TypeRequest& request);
ValueSetPointer MakeIntervalValueSet(const TypeRequest& request);
ValueSetPointer MakeTextValueSet(const TypeRequest& request);
ValueSetPointer MakeBytesValueSet(const TypeRequest& request);
ValueSetPointer MakeUuidValueSet(const TypeRequest& request);
ValueSetPointer MakeBitValueSet(const TypeRequest& request);
ValueSetPointer MakeEnumValueSet(const TypeRequest& request);
ValueSetPointer MakeArrayValueSet(const TypeRequest& request);
ValueSetPointer MakeCompositeValueSet(const TypeRequest& request);
ValueSetPointer MakeRangeValueSet(const TypeRequest& request);  // ranges and multiranges
ValueSetPointer MakeFormattedValueSet(const TypeRequest& request);
ValueSetPointer MakeExtensionValueSet(const TypeRequest& request);  // of contrib: hstore, ltree, cube, isn …
ValueSetPointer MakeSpatialValueSet(const TypeRequest& request);  // PostGIS
ValueSetPointer MakeAllowedValueSet(const TypeRequest& request);  // limits.has_allowed
ValueSetPointer MakePatternValueSet(const TypeRequest& request);  // limits.pattern; text types
ValueSetPointer MakeShapedJsonSet(const TypeRequest& request);  // limits.json; nullptr if plain documents satisfy it

// How text of the type is stored; nullopt if it is no text type.
std::optional<TextStorage> FindTextStorage(const TypeRequest& request);

// A type whose values are written as text by one function. `append` gets any index below the set's size; with
// `unique` distinct indexes below `unique_size` give distinct texts.
struct TextFormat {
  std::string_view type_name;
  void (*append)(std::uint64_t index, bool unique, std::string& out);
  std::uint64_t unique_size;
  bool is_injective;  // with `unique`, under the type's own equality
  std::string_view words;
  Encoding encoding = Encoding::InputText;
};

// Each returns nullptr if the type is not among its own.
const TextFormat* FindNetworkFormat(std::string_view type_name);
const TextFormat* FindGeometricFormat(std::string_view type_name);
const TextFormat* FindDocumentFormat(std::string_view type_name);
const TextFormat* FindSearchFormat(std::string_view type_name);
const TextFormat* FindSystemFormat(std::string_view type_name);

// What the type modifier of a geometry or geography says, as PostGIS packs it; without one: points in WGS 84.
struct SpatialKind {
  int shape = 1;  // 1 point, 2 line string, 3 polygon … 15 TIN
  int srid = 0;
  bool has_z = false;
  bool has_m = false;
};
SpatialKind ReadSpatialModifier(int modifier);
int WriteSpatialModifier(const SpatialKind& kind);
bool IsSpatial(const Type& type);

// --------------------------------------------------------------------------------------------------------- shared

// Follows domains down to their base; `modifier` becomes that of the base.
const Type& UnwrapDomains(const Type& type, int& modifier);
// The limits together with those of a domain's checks, as far as they can be read: elements of arrays, attributes of
// composites and bounds of ranges may be of a domain.
ValueLimits AddDomainLimits(const Type& domain, const ValueLimits& limits);
bool IsBuiltIn(const Type& type, std::string_view name);

// Error 22023: the limits contradict each other.
[[noreturn]] void ThrowNoValue(const Type& type, const ValueLimits& limits);

// The parser of an ordered type's positions (see ParseOrderedValue); an empty function for other types.
PointParser FindPointParser(const Type& type, int modifier);

// Precision and scale of a numeric's type modifier; nullopt for numeric without one.
struct NumericModifier {
  int precision;
  int scale;
};
std::optional<NumericModifier> ReadNumericModifier(int modifier);

// Smallest step in microseconds of a time or timestamp with this modifier.
std::int64_t TemporalUnit(int modifier);

// Length limits after the type modifier has been applied; throws if they contradict each other.
struct LengthLimits {
  std::int64_t minimum = 0;
  std::optional<std::int64_t> maximum;
};
LengthLimits ResolveLengths(const TypeRequest& request);

// Characters of a UTF-8 text, and the place where the first `characters` of them end.
std::int64_t CountCharacters(std::string_view text);
std::size_t PrefixBytes(std::string_view text, std::int64_t characters);

// a * b and base^exponent, cut to kMaxValueSetSize.
std::uint64_t MultiplySizes(std::uint64_t a, std::uint64_t b);
std::uint64_t PowerSize(std::uint64_t base, std::int64_t exponent);
std::uint64_t AddSizes(std::uint64_t a, std::uint64_t b);

// A random word of an index; `salt` tells independent draws for one index apart.
inline std::uint64_t HashIndex(std::uint64_t index, std::uint64_t salt) {
  return Mix(Mix(index + kGoldenGamma) + (salt + 1) * 0xD1B54A32D192ED03ULL);
}

// The list set with the type modifier known (see MakeListValueSet).
ValueSetPointer MakeModifiedListValueSet(const Type& type, int modifier, std::vector<std::string> texts);

}  // namespace dbmocker
