// PostGIS's geometry and geography as text with the SRID, of the kind, dimensions and SRID that the type modifier asks
// for; box2d and box3d. Every shape grows from an anchor, which is distinct for distinct indexes. Polygons are valid.
// Without a modifier: points in WGS 84. Read first: MakeSpatialValueSet.
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr int kWgs84 = 4326;
constexpr std::uint64_t kColumns = 35'800'000;  // longitudes -179 … 179 by 0.00001
constexpr std::uint64_t kRows = 13'000'000;  // latitudes -60 … 70

// A place in units of 0.00001 degrees, or of centimetres where the plane is projected.
struct Place {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

class SpatialText {
 public:
  SpatialText(const SpatialKind& kind, std::uint64_t index, bool unique, std::string& out)
      : kind_(kind), index_(index), out_(out) {
    const std::uint64_t column = unique ? index % kColumns : HashIndex(index, 0) % kColumns;
    const std::uint64_t row = unique ? index / kColumns % kRows : HashIndex(index, 1) % kRows;
    anchor_ = {static_cast<std::int64_t>(column), static_cast<std::int64_t>(row)};
    if (IsDegrees()) anchor_ = {anchor_.x - 17'900'000, anchor_.y - 6'000'000};
  }

  void Append() {
    if (kind_.srid > 0) out_.append("SRID=").append(std::to_string(kind_.srid)).push_back(';');
    switch (kind_.shape) {
      case 2:
        return Tagged("LINESTRING"), Line(0);
      case 3:
        return Tagged("POLYGON"), Polygon(0);
      case 4:
        return Tagged("MULTIPOINT"), Line(0);
      case 5:
        return Tagged("MULTILINESTRING"), Several([this](int part) { Line(part); });
      case 6:
        return Tagged("MULTIPOLYGON"), Several([this](int part) { Polygon(part); });
      case 7:
        return Collection();
      case 8:
        return Tagged("CIRCULARSTRING"), Places({{0, 0}, {500, 500}, {1000, 0}});
      case 9:
        return Tagged("COMPOUNDCURVE"), Nested([this] { Line(0); });
      case 10:
        return Tagged("CURVEPOLYGON"), Polygon(0);
      case 11:
        return Tagged("MULTICURVE"), Nested([this] { Line(0); });
      case 12:
        return Tagged("MULTISURFACE"), Nested([this] { Polygon(0); });
      case 13:
        return Tagged("POLYHEDRALSURFACE"), Nested([this] { Polygon(0); });
      case 14:
        return Tagged("TRIANGLE"), Nested([this] { Places({{0, 0}, {900, 0}, {0, 700}, {0, 0}}); });
      case 15:
        return Tagged("TIN"), Nested([this] { Nested([this] { Places({{0, 0}, {900, 0}, {0, 700}, {0, 0}}); }); });
      default:
        return Tagged("POINT"), Places({{0, 0}});
    }
  }

  void AppendBox(bool is_flat) {
    out_.append(is_flat ? "BOX(" : "BOX3D(");
    for (const std::int64_t corner : {0, 1}) {
      if (corner > 0) out_.push_back(',');
      Coordinates({corner * Side(2), corner * Side(3)});
      if (!is_flat) out_.append(corner == 0 ? " 0" : " 10");
    }
    out_.push_back(')');
  }

 private:
  bool IsDegrees() const { return kind_.srid == 0 || (kind_.srid >= 4000 && kind_.srid < 5000); }
  std::int64_t Side(std::uint64_t salt) const {
    return 100 + static_cast<std::int64_t>(HashIndex(index_, salt) % 9900);
  }

  void Tagged(std::string_view tag) {
    out_.append(tag);
    if (kind_.has_z || kind_.has_m) out_.append(kind_.has_z ? kind_.has_m ? " ZM" : " Z" : " M");
  }

  void Coordinates(Place offset) {
    const int decimals = IsDegrees() ? 5 : 2;
    AppendScaled(anchor_.x + offset.x, decimals, 0, out_);
    out_.push_back(' ');
    AppendScaled(anchor_.y + offset.y, decimals, 0, out_);
    if (kind_.has_z) out_.append(" 0");
    if (kind_.has_m) out_.append(" 1");
  }

  void Places(std::initializer_list<Place> offsets) {
    out_.push_back('(');
    bool is_first = true;
    for (const Place& offset : offsets) {
      if (!is_first) out_.push_back(',');
      is_first = false;
      Coordinates(offset);
    }
    out_.push_back(')');
  }

  void Line(int part) {
    const std::int64_t shift = part * 20'000;
    Places({{shift, 0}, {shift + Side(2), Side(3)}, {shift + Side(2) + Side(4), Side(5)}});
  }

  void Polygon(int part) {
    const std::int64_t left = part * 20'000;
    const std::int64_t lean = Side(4) / 10;
    Nested([&] {
      Places({{left, 0}, {left + Side(2), 0}, {left + Side(2) + lean, Side(3)}, {left + lean, Side(3)}, {left, 0}});
    });
  }

  template <class Part>
  void Nested(Part part) {
    out_.push_back('(');
    part();
    out_.push_back(')');
  }

  template <class Part>
  void Several(Part part) {
    Nested([&] {
      part(0);
      for (int more = 1; more <= static_cast<int>(HashIndex(index_, 9) % 3); ++more) {
        out_.push_back(',');
        part(more);
      }
    });
  }

  void Collection() {
    Tagged("GEOMETRYCOLLECTION");
    out_.push_back('(');
    Tagged("POINT");
    Places({{0, 0}});
    out_.push_back(',');
    Tagged("LINESTRING");
    Line(0);
    out_.push_back(')');
  }

  const SpatialKind& kind_;
  std::uint64_t index_;
  std::string& out_;
  Place anchor_;
};

constexpr std::string_view kShapes[] = {"any shape",       "point",
                                        "line string",     "polygon",
                                        "multipoint",      "multi line string",
                                        "multipolygon",    "collection",
                                        "circular string", "compound curve",
                                        "curve polygon",   "multi curve",
                                        "multi surface",   "polyhedral surface",
                                        "triangle",        "TIN"};

class SpatialValueSet final : public ValueSet {
 public:
  SpatialValueSet(const SpatialKind& kind, std::string_view type, bool unique)
      : kind_(kind), is_box_(type == "box2d" || type == "box3d"), is_flat_(type == "box2d"), unique_(unique) {}
  std::uint64_t Size() const override { return unique_ ? kColumns * kRows : kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return unique_; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    SpatialText text(kind_, index, unique_, out);
    if (is_box_) {
      text.AppendBox(is_flat_);
    } else {
      text.Append();
    }
  }
  std::string Describe() const override {
    if (is_box_) return "box";
    return std::string(kShapes[static_cast<std::size_t>(kind_.shape)]) + " in SRID " + std::to_string(kind_.srid);
  }

 private:
  SpatialKind kind_;
  bool is_box_;
  bool is_flat_;
  bool unique_;
};

}  // namespace

SpatialKind ReadSpatialModifier(int modifier) {
  if (modifier < 0) return {1, kWgs84, false, false};
  SpatialKind kind;
  kind.srid = ((modifier & 0x0FFFFF00) - (modifier & 0x10000000)) >> 8;
  kind.shape = (modifier & 0xFC) >> 2;
  kind.has_z = (modifier & 2) != 0;
  kind.has_m = (modifier & 1) != 0;
  if (kind.shape == 0 || kind.shape >= static_cast<int>(std::size(kShapes))) kind.shape = 1;
  return kind;
}

int WriteSpatialModifier(const SpatialKind& kind) {
  return ((kind.srid & 0x1FFFFF) << 8) | (kind.shape << 2) | (kind.has_z ? 2 : 0) | (kind.has_m ? 1 : 0);
}

bool IsSpatial(const Type& type) {
  return type.extension == "postgis" &&
         (type.name == "geometry" || type.name == "geography" || type.name == "box2d" || type.name == "box3d");
}

ValueSetPointer MakeSpatialValueSet(const TypeRequest& request) {
  if (!IsSpatial(request.type)) return nullptr;
  SpatialKind kind = ReadSpatialModifier(request.modifier);
  if (request.type.name == "geography" && kind.srid == 0) kind.srid = kWgs84;
  return std::make_shared<SpatialValueSet>(kind, request.type.name, request.unique);
}

}  // namespace dbmocker
