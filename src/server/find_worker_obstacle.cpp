// Parallel safety of a target's expressions and input functions; see find_worker_obstacle.h.
// Read first: FindWorkerObstacle.
#include "server/find_worker_obstacle.h"

#include <algorithm>

#include "server/compat.h"
#include "server/compute_columns.h"
#include "server/see_through.h"

namespace dbmocker::server {
namespace {

// The server judges queries, not expressions: one that selects the expression.
bool IsParallelSafe(Node* expression) {
  if (expression == nullptr) return true;
  auto* query = makeNode(Query);
  query->commandType = CMD_SELECT;
  query->jointree = makeFromExpr(NIL, nullptr);
  query->targetList = list_make1(makeTargetEntry(reinterpret_cast<Expr*>(expression), 1, nullptr, false));
  return max_parallel_hazard(query) == PROPARALLEL_SAFE;
}

// What keeps workers from evaluating a CHECK, or from reading it as the calling process has.
const char* FindCheckObstacle(Node* check) {
  if (!IsParallelSafe(check)) return "is not parallel safe";
  return TakesTrying(check) ? "calls a function that workers cannot look into" : nullptr;
}

const char* FindTableCheckObstacle(Relation target) {
  TupleConstr* const constraints = RelationGetDescr(target)->constr;
  for (int i = 0; constraints != nullptr && i < constraints->num_check; ++i)
    if (const char* obstacle = FindCheckObstacle(compat::CheckExpression(target, &constraints->check[i])))
      return psprintf("a CHECK constraint %s", obstacle);
  return nullptr;
}

const char* FindDomainObstacle(Oid type) {
  if (get_typtype(type) != TYPTYPE_DOMAIN) return nullptr;
  auto* domain = static_cast<DomainConstraintRef*>(palloc0(sizeof(DomainConstraintRef)));
  InitDomainConstraintRef(type, domain, CurrentMemoryContext, false);
  ListCell* cell = nullptr;
  foreach (cell, domain->constraints) {
    auto* constraint = static_cast<DomainConstraintState*>(lfirst(cell));
    const char* obstacle = FindCheckObstacle(reinterpret_cast<Node*>(constraint->check_expr));
    if (obstacle != nullptr) return psprintf("a domain's CHECK %s", obstacle);
  }
  return nullptr;
}

bool HasSafeInput(Oid type) {
  Oid function = InvalidOid, parameter = InvalidOid;
  getTypeInputInfo(getBaseType(type), &function, &parameter);
  return func_parallel(function) == PROPARALLEL_SAFE;
}

// A value whose input may be refused is read in a subtransaction, which a worker cannot start: types that hold other
// types, such as arrays and composites, may hold a domain.
bool MayHoldDomain(const Type& type) {
  if (type.kind == TypeKind::Domain) return type.element != nullptr && MayHoldDomain(*type.element);
  const auto is_domain = [](const TypePointer& inner) {
    return inner != nullptr && (inner->kind == TypeKind::Domain || MayHoldDomain(*inner));
  };
  return is_domain(type.element) || std::ranges::any_of(type.attributes, [&](const CompositeAttribute& attribute) {
           return is_domain(attribute.type);
         });
}

const char* FindColumnObstacle(Relation target, const Column& column, const Plan& plan) {
  Oid const type = TupleDescAttr(RelationGetDescr(target), column.number - 1)->atttypid;
  if (column.is_generated || std::ranges::count(plan.server_columns, column.number) > 0) {
    Node* const expression = build_column_default(target, column.number);
    if (!IsParallelSafe(expression))
      return column.is_generated ? "a generated column's expression is not parallel safe"
                                 : "a default is not parallel safe";
  }
  for (const ComputedColumn& computed : plan.computed_columns) {
    if (computed.column != column.number) continue;
    const ColumnExpression expression = {static_cast<AttrNumber>(column.number), computed.expression.c_str(),
                                         computed.reads_itself};
    if (!IsParallelSafe(ParseRuleExpression(target, expression))) return "a rule's expression is not parallel safe";
  }
  if (const char* obstacle = FindDomainObstacle(type)) return obstacle;
  if (!HasSafeInput(type)) return "a type's input function is not parallel safe";
  if (MayHoldDomain(*column.type)) return "a type holds a domain";
  return nullptr;
}

}  // namespace

const char* FindWorkerObstacle(Relation target, const Table& table, const Plan& plan) {
  if (IsInParallelMode()) return "a parallel operation is in progress";
  for (const Column& column : table.columns) {
    const char* obstacle = FindColumnObstacle(target, column, plan);
    if (obstacle != nullptr) return psprintf("%s: column %s", obstacle, column.name.c_str());
  }
  if (target->rd_rel->relispartition && !IsParallelSafe(reinterpret_cast<Node*>(RelationGetPartitionQual(target))))
    return "the partition's bounds are not parallel safe";
  return FindTableCheckObstacle(target);
}

}  // namespace dbmocker::server
