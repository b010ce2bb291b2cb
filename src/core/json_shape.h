// Shapes of json documents put together: several CHECKs on one document, conditions on the value of a key.
// Read first: IntersectJsonLimits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dbmocker/value_set.h"

namespace dbmocker {

// Both shapes at once; nullopt if no document has both.
std::optional<JsonLimits> IntersectJsonLimits(const JsonLimits& left, const JsonLimits& right);

// An object whose value below `path` is of a shape; an empty path is the shape itself.
JsonLimits ShapeBelow(const std::vector<std::string>& path, JsonLimits shape);

// The shape of all documents that contain this one, as jsonb's @> means it; nullopt if the text is no such document.
std::optional<JsonLimits> ShapeContaining(const std::string& document);

}  // namespace dbmocker
