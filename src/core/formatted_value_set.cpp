// The value set of types that are written as text by one function of an index. Limits other than lists are ignored:
// these types have no order that a CHECK would use, and the server's own check rejects what does not fit.
// timetz is written with its type modifier left to the server's input function, and is not injective then.
// Read first: MakeFormattedValueSet.
#include <memory>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

class FormattedValueSet final : public ValueSet {
 public:
  FormattedValueSet(const TextFormat& format, bool unique, bool is_injective)
      : format_(format), unique_(unique), is_injective_(is_injective) {}

  std::uint64_t Size() const override { return unique_ ? format_.unique_size : kMaxValueSetSize; }
  bool IsInjective(bool /*ignoring_case*/) const override { return is_injective_; }
  Encoding encoding() const override { return format_.encoding; }
  void AppendText(std::uint64_t index, std::string& out) const override { format_.append(index, unique_, out); }
  std::string Describe() const override { return std::string(format_.words); }

 private:
  const TextFormat& format_;  // one of the constant tables
  bool unique_;
  bool is_injective_;
};

}  // namespace

ValueSetPointer MakeFormattedValueSet(const TypeRequest& request) {
  if (request.type.schema != "pg_catalog") return nullptr;
  for (const auto find :
       {FindNetworkFormat, FindGeometricFormat, FindDocumentFormat, FindSearchFormat, FindSystemFormat}) {
    if (const TextFormat* format = find(request.type.name)) {
      const bool rounds = request.modifier >= 0 && request.modifier < 6 && request.type.name == "timetz";
      const bool is_injective = request.unique && format->is_injective && !rounds;
      return std::make_shared<FormattedValueSet>(*format, request.unique, is_injective);
    }
  }
  return nullptr;
}

}  // namespace dbmocker
