// point, line, lseg, box, path, polygon and circle as text. Of these only point has an equality that whole coordinates
// keep apart; boxes and circles of one area are equal to PostgreSQL, so their sets claim nothing.
// Read first: FindGeometricFormat.
#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kCells = 100'001;  // coordinates 0.00 … 1000.00
constexpr std::uint64_t kUniqueSide = std::uint64_t{1} << 20;  // whole coordinates of distinct points

std::int64_t Coordinate(std::uint64_t index, std::uint64_t salt) {
  return static_cast<std::int64_t>(Scale(HashIndex(index, salt), kCells));
}

void AppendCentimal(std::int64_t hundredths, std::string& out) { AppendScaled(hundredths, 2, 0, out); }

void AppendPair(std::int64_t x, std::int64_t y, std::string& out) {
  out.push_back('(');
  AppendCentimal(x, out);
  out.push_back(',');
  AppendCentimal(y, out);
  out.push_back(')');
}

void AppendPoint(std::uint64_t index, bool unique, std::string& out) {
  if (unique) {
    AppendPair(static_cast<std::int64_t>(index % kUniqueSide) * 100,
               static_cast<std::int64_t>(index / kUniqueSide) * 100, out);
  } else {
    AppendPair(Coordinate(index, 0), Coordinate(index, 1), out);
  }
}

// Ax + By + C = 0; A is never 0.
void AppendLine(std::uint64_t index, bool /*unique*/, std::string& out) {
  out.push_back('{');
  AppendCentimal(Coordinate(index, 0) + 1, out);
  out.push_back(',');
  AppendCentimal(Coordinate(index, 1), out);
  out.push_back(',');
  AppendCentimal(Coordinate(index, 2), out);
  out.push_back('}');
}

void AppendTwoPoints(std::uint64_t index, std::string& out) {
  AppendPair(Coordinate(index, 0), Coordinate(index, 1), out);
  out.push_back(',');
  AppendPair(Coordinate(index, 2), Coordinate(index, 3), out);
}

void AppendSegment(std::uint64_t index, bool /*unique*/, std::string& out) {
  out.push_back('[');
  AppendTwoPoints(index, out);
  out.push_back(']');
}

void AppendBox(std::uint64_t index, bool /*unique*/, std::string& out) { AppendTwoPoints(index, out); }

// Three to six corners.
void AppendCorners(std::uint64_t index, std::string& out) {
  const std::uint64_t corners = 3 + HashIndex(index, 100) % 4;
  for (std::uint64_t corner = 0; corner < corners; ++corner) {
    if (corner > 0) out.push_back(',');
    AppendPair(Coordinate(index, 2 * corner), Coordinate(index, 2 * corner + 1), out);
  }
}

void AppendPath(std::uint64_t index, bool /*unique*/, std::string& out) {
  const bool is_open = HashIndex(index, 101) % 2 == 0;
  out.push_back(is_open ? '[' : '(');
  AppendCorners(index, out);
  out.push_back(is_open ? ']' : ')');
}

void AppendPolygon(std::uint64_t index, bool /*unique*/, std::string& out) {
  out.push_back('(');
  AppendCorners(index, out);
  out.push_back(')');
}

void AppendCircle(std::uint64_t index, bool /*unique*/, std::string& out) {
  out.push_back('<');
  AppendPair(Coordinate(index, 0), Coordinate(index, 1), out);
  out.push_back(',');
  AppendCentimal(Coordinate(index, 2) / 10 + 1, out);
  out.push_back('>');
}

constexpr TextFormat kFormats[] = {
    {"point", AppendPoint, std::uint64_t{1} << 40, true, "point"},
    {"line", AppendLine, kMaxValueSetSize, false, "line"},
    {"lseg", AppendSegment, kMaxValueSetSize, false, "line segment"},
    {"box", AppendBox, kMaxValueSetSize, false, "box"},
    {"path", AppendPath, kMaxValueSetSize, false, "path of 3 … 6 points"},
    {"polygon", AppendPolygon, kMaxValueSetSize, false, "polygon of 3 … 6 points"},
    {"circle", AppendCircle, kMaxValueSetSize, false, "circle"},
};

}  // namespace

const TextFormat* FindGeometricFormat(std::string_view type_name) {
  for (const TextFormat& format : kFormats) {
    if (format.type_name == type_name) return &format;
  }
  return nullptr;
}

}  // namespace dbmocker
