// Flat expressions -> core expressions, and the one-step entry that does both stages for a node.
// Must not call the server outside CallServer: std objects are alive here. How nodes are read: flat_expression.cpp.
// Read first: DescribeExpression.
#include "server/describe_expression.h"

#include "server/boundary.h"
#include "server/flat_expression.h"
#include "server/read_catalog.h"

namespace dbmocker::server {

Expression BuildExpression(const FlatExpression& flat) {
  Expression expression;
  expression.kind = flat.kind;
  if (flat.name != nullptr) expression.name = flat.name;
  if (flat.type != nullptr) expression.type = flat.type;
  if (flat.value != nullptr) expression.value = flat.value;
  expression.column = flat.column;
  for (int i = 0; i < list_length(flat.elements); ++i) {
    const auto* text = static_cast<const char*>(list_nth(flat.elements, i));
    expression.elements.push_back(text == nullptr ? std::nullopt : std::optional<std::string>(text));
  }
  for (int i = 0; i < list_length(flat.arguments); ++i) {
    expression.arguments.push_back(BuildExpression(*static_cast<const FlatExpression*>(list_nth(flat.arguments, i))));
  }
  for (int number = -1; (number = bms_next_member(flat.columns, number)) >= 0;) expression.columns.push_back(number);
  return expression;
}

Expression DescribeExpression(Node* node) {
  const FlatExpression* flat = CallServer([node] {
    FlattenContext context;
    const int nest_level = EnterCatalogSettings();
    FlatExpression* result = FlattenExpression(node, &context);
    LeaveCatalogSettings(nest_level);
    return result;
  });
  return BuildExpression(*flat);
}

}  // namespace dbmocker::server
