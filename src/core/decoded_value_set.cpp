// Stored values (the keys of referenced tables) with the text form that CHECK constraints and rules are read in. Only
// types whose bytes are plain, and numeric, are known; intervals and the like have none.
// Read first: MakeDecodedValueSet.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "derived_value_set.h"
#include "temporal_text.h"

namespace dbmocker {
namespace {

enum class Decoding { Integer, Boolean, Date, Time, Timestamp, ZonedTimestamp, Text, PaddedText, Uuid, Label, Numeric };

std::optional<Decoding> FindDecoding(const Type& type) {
  static constexpr std::pair<std::string_view, Decoding> kDecodings[] = {
      {"int2", Decoding::Integer},        {"int4", Decoding::Integer},
      {"int8", Decoding::Integer},        {"bool", Decoding::Boolean},
      {"date", Decoding::Date},           {"time", Decoding::Time},
      {"timestamp", Decoding::Timestamp}, {"timestamptz", Decoding::ZonedTimestamp},
      {"text", Decoding::Text},           {"varchar", Decoding::Text},
      {"bpchar", Decoding::PaddedText},   {"uuid", Decoding::Uuid},
      {"numeric", Decoding::Numeric}};
  if (type.kind == TypeKind::Enum) return Decoding::Label;
  if (type.extension == "citext" && type.name == "citext") return Decoding::Text;
  if (type.schema != "pg_catalog") return std::nullopt;
  for (const auto& [name, decoding] : kDecodings)
    if (type.name == name) return decoding;
  return std::nullopt;
}

void AppendUuid(const unsigned char* bytes, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    out.push_back(kDigits[bytes[i] >> 4]);
    out.push_back(kDigits[bytes[i] & 15]);
  }
}

// The server's form: a header of one word (short) or two, then digits of base 10000 from the weight downwards.
void AppendNumeric(std::string_view bytes, std::string& out) {
  const auto word = [&](std::size_t place) {
    std::uint16_t read = 0;
    std::memcpy(&read, bytes.data() + 2 * place, sizeof read);
    return read;
  };
  const unsigned header = word(0);
  if ((header & 0xC000U) == 0xC000U) {
    out += header == 0xC000U ? "NaN" : header == 0xD000U ? "Infinity" : "-Infinity";
    return;
  }
  const bool is_short = (header & 0x8000U) != 0;
  const bool is_negative = is_short ? (header & 0x2000U) != 0 : (header & 0x4000U) != 0;
  const int scale = static_cast<int>(is_short ? (header & 0x1F80U) >> 7U : header & 0x3FFFU);
  const int weight = is_short ? static_cast<int>(header & 0x3FU) - ((header & 0x40U) != 0 ? 64 : 0)
                              : static_cast<std::int16_t>(word(1));
  const std::size_t first = is_short ? 1 : 2;
  const auto count = static_cast<int>(bytes.size() / 2 - first);
  const auto digits = [&](int place) {  // four of them, of 10000^-place
    const int at = weight + place;
    const int value = at >= 0 && at < count ? word(first + static_cast<std::size_t>(at)) : 0;
    const std::string text = std::to_string(10000 + value);
    return text.substr(1);
  };
  std::string whole;
  for (int place = -weight; place <= 0; ++place) whole += digits(place);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  std::string rest;
  for (int place = 1; static_cast<int>(rest.size()) < scale; ++place) rest += digits(place);
  rest.resize(static_cast<std::size_t>(scale));
  out += is_negative ? "-" : "";
  out += whole.empty() ? "0" : whole;
  if (scale > 0) out += "." + rest;
}

class DecodedValueSet final : public ValueSet {
 public:
  DecodedValueSet(ValueSetPointer inner, const Type& type, Decoding decoding)
      : inner_(std::move(inner)), decoding_(decoding) {
    if (decoding == Decoding::Label) {
      labels_ = type.labels;
      label_oids_ = type.label_oids;
    }
  }
  std::uint64_t Size() const override { return inner_->Size(); }
  bool IsInjective(bool ignoring_case) const override { return inner_->IsInjective(ignoring_case); }
  Encoding encoding() const override { return inner_->encoding(); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override { inner_->Emit(indexes, out); }
  std::string Describe() const override { return inner_->Describe(); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    ColumnBuffer buffer;
    buffer.encoding = inner_->encoding();
    buffer.Reset(1);
    inner_->Emit({&index, 1}, buffer);
    AppendWord(buffer.words()[0], out);
  }

 private:
  void AppendWord(std::uint64_t word, std::string& out) const {
    const auto number = static_cast<std::int64_t>(word);
    switch (decoding_) {
      case Decoding::Integer:
        out += std::to_string(number);
        return;
      case Decoding::Boolean:
        out += word != 0 ? "t" : "f";
        return;
      case Decoding::Date:
        return AppendDate(static_cast<std::int32_t>(number), out);
      case Decoding::Time:
        return AppendTime(number, out);
      case Decoding::Timestamp:
        return AppendTimestamp(number, "", out);
      case Decoding::ZonedTimestamp:
        return AppendTimestamp(number, "+00", out);
      case Decoding::Text:
      case Decoding::PaddedText: {
        std::string_view text = varlena::Payload(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(word)));
        if (decoding_ == Decoding::PaddedText) text = text.substr(0, text.find_last_not_of(' ') + 1);
        out += text;
        return;
      }
      case Decoding::Numeric:
        return AppendNumeric(varlena::Payload(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(word))), out);
      case Decoding::Uuid:
        return AppendUuid(reinterpret_cast<const unsigned char*>(static_cast<std::uintptr_t>(word)), out);
      case Decoding::Label:
        return AppendLabel(static_cast<std::uint32_t>(word), out);
    }
  }

  void AppendLabel(std::uint32_t oid, std::string& out) const {
    const auto found = std::ranges::find(label_oids_, oid);
    if (found != label_oids_.end()) out += labels_[static_cast<std::size_t>(found - label_oids_.begin())];
  }

  ValueSetPointer inner_;
  Decoding decoding_;
  std::vector<std::string> labels_;
  std::vector<std::uint32_t> label_oids_;
};

}  // namespace

ValueSetPointer MakeDecodedValueSet(ValueSetPointer stored, const Type& type) {
  const auto decoding = FindDecoding(type);
  if (!decoding) return nullptr;
  return std::make_shared<DecodedValueSet>(std::move(stored), type, *decoding);
}

}  // namespace dbmocker
