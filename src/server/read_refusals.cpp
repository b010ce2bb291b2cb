// See read_refusals.h. The body is walked statement by statement; each RAISE is known by the conditions on the way to
// it. They are parsed by the server's own parser with NEW and OLD in sight, inside a subtransaction, since a body may
// name what is no column; OLD is NULL.
// Read first: WalkStatements.
#include "server/read_refusals.h"

#include <cstring>
#include <initializer_list>

#include "server/catch_refusal.h"
#include "server/compat.h"
#include "server/read_plpgsql.h"

namespace dbmocker::server {
namespace {

constexpr int kMostRefusals = 50;

// Conditions on the way to a statement, as texts; a nullptr among them is one that is not known.
struct Walk {
  List* refusals;  // List* of char*
  List* assigned;  // char*: columns of NEW that have been given other values
  bool is_before;  // RETURN NULL leaves the row out
  bool has_ended;  // at a statement that is not known
};

bool MentionsAssigned(const char* text, const Walk* walk) {
  ListCell* cell = nullptr;
  foreach (cell, walk->assigned)
    if (FindWord(text, static_cast<const char*>(lfirst(cell))) != nullptr) return true;
  return false;
}

// The text of a condition with TG_OP as it is for INSERT; nullptr if what it reads is not the row as it was made.
const char* TakeCondition(const char* from, const char* to, const Walk* walk) {
  char* text = pnstrdup(from, static_cast<Size>(to - from));
  if (MentionsAssigned(text, walk)) return nullptr;
  while (const char* place = FindWord(text, "tg_op"))
    text = psprintf("%.*s'INSERT'%s", static_cast<int>(place - text), text, place + strlen("tg_op"));
  return psprintf("(%s\n)", text);  // a comment may end it
}

// True of a function that writes rows elsewhere: where it then returns NULL, the row is not lost.
bool WritesElsewhere(const char* source) {
  for (const char* word : {"insert", "update", "execute", "perform"})
    if (FindWord(source, word) != nullptr) return true;
  return false;
}

const char* Negate(const char* condition) {
  return condition == nullptr ? nullptr : psprintf("(%s IS NOT TRUE)", condition);
}

const char* Both(const char* a, const char* b) {
  return a == nullptr || b == nullptr ? nullptr : psprintf("(%s AND %s)", a, b);
}

// "NEW.name :=" or "NEW.name ="; also "… INTO NEW.name".
void NoteAssignment(const char* at, const char* end, Walk* walk) {
  const char* statement = pnstrdup(at, static_cast<Size>(end - at));
  const char* place = SkipWord(statement, "new");
  if (const char* into = place == nullptr ? FindWord(statement, "into") : nullptr) place = SkipWord(into + 4, "new");
  if (place == nullptr || *place != '.') return;
  const char* name = ++place;
  while (*place != '\0' && *place != ' ' && *place != ':' && *place != '=' && *place != '[' && *place != '\n') ++place;
  walk->assigned = lappend(walk->assigned, pnstrdup(name, static_cast<Size>(place - name)));
}

const char* WalkStatements(const char* at, List* guards, Walk* walk, bool* leaves);

// From behind the word IF to behind END IF. What leaves the function in one branch is a condition for what follows:
// *guards.
const char* WalkIf(const char* at, List** guards, Walk* walk) {
  const char* earlier = "(true)";  // none of the branches before
  for (bool has_else = false;;) {
    const char* condition = "(true)";
    if (!has_else) {
      const char* then = FindEnd(at, "then");
      if (then == nullptr) return nullptr;
      condition = TakeCondition(at, then, walk);
      at = SkipWord(then, "then");
    }
    const char* own = Both(earlier, condition);
    bool leaves = false;
    at = WalkStatements(at, lappend(list_copy(*guards), const_cast<char*>(own)), walk, &leaves);
    if (at == nullptr) return nullptr;
    if (leaves) *guards = lappend(list_copy(*guards), const_cast<char*>(Negate(own)));
    earlier = Both(earlier, Negate(condition));
    if (const char* behind = SkipWord(at, "end")) {
      behind = SkipWord(behind, "if");
      behind = behind == nullptr ? nullptr : SkipBlanks(behind);
      return behind != nullptr && *behind == ';' ? behind + 1 : nullptr;
    }
    const char* next = SkipWord(at, "elsif");
    if (next == nullptr) next = SkipWord(at, "elseif");
    has_else = next == nullptr;
    at = has_else ? SkipWord(at, "else") : next;
    if (at == nullptr) return nullptr;
  }
}

bool IsHarmless(const char* level) {
  for (const char* word : {"notice", "warning", "info", "debug", "log"})
    if (SkipWord(level, word) != nullptr) return true;
  return false;
}

// Up to the word that ends the block; nullptr where the walk ends.
const char* WalkStatements(const char* at, List* guards, Walk* walk, bool* leaves) {
  check_stack_depth();
  while (!walk->has_ended) {
    at = SkipBlanks(at);
    for (const char* word : {"end", "else", "elsif", "elseif"})
      if (SkipWord(at, word) != nullptr) return at;
    if (const char* condition = SkipWord(at, "if")) {
      at = WalkIf(condition, &guards, walk);
      if (at == nullptr) break;
      continue;
    }
    for (const char* word : {"for", "foreach", "while", "loop", "case", "begin", "declare", "exit", "continue"})
      if (SkipWord(at, word) != nullptr) walk->has_ended = true;
    const char* end = *at == '<' ? nullptr : FindEnd(at, ";");
    if (walk->has_ended || end == nullptr) break;
    const char* level = SkipWord(at, "raise");
    const char* value = SkipWord(at, "return");
    const bool is_left_out = walk->is_before && value != nullptr && SkipWord(value, "null") != nullptr;
    if (is_left_out || (level != nullptr && !IsHarmless(level))) {
      if (list_length(walk->refusals) < kMostRefusals) walk->refusals = lappend(walk->refusals, guards);
      *leaves = true;
    }
    if (value != nullptr) *leaves = true;
    NoteAssignment(at, end, walk);
    at = end + 1;
  }
  walk->has_ended = true;
  return nullptr;
}

// NULL in place of the columns of OLD.
Node* PutNulls(Node* node, void* context) {
  if (node == nullptr) return nullptr;
  if (IsA(node, Var)) {
    auto* column = reinterpret_cast<Var*>(node);
    if (column->varno != 2) return static_cast<Node*>(copyObjectImpl(node));
    return reinterpret_cast<Node*>(makeNullConst(column->vartype, column->vartypmod, column->varcollid));
  }
  return compat::MutateTree(node, PutNulls, context);
}

// Columns are seen as NEW.… and OLD.… only, as variables have their names as well.
Node* ParseCondition(Relation relation, const char* text) {
  List* const statements = raw_parser(psprintf("SELECT %s", text), RAW_PARSE_DEFAULT);
  if (list_length(statements) != 1) return nullptr;
  Node* const statement = linitial_node(RawStmt, statements)->stmt;
  if (!IsA(statement, SelectStmt)) return nullptr;
  List* const targets = reinterpret_cast<SelectStmt*>(statement)->targetList;
  if (list_length(targets) != 1) return nullptr;
  ParseState* const state = make_parsestate(nullptr);
  for (const char* name : {"new", "old"}) {
    ParseNamespaceItem* const item =
        addRangeTableEntryForRelation(state, relation, AccessShareLock, makeAlias(name, NIL), false, true);
    addNSItemToQuery(state, item, false, true, false);
  }
  Node* node = transformExpr(state, linitial_node(ResTarget, targets)->val, EXPR_KIND_CHECK_CONSTRAINT);
  node = coerce_to_boolean(state, node, "IF");
  assign_expr_collations(state, node);
  free_parsestate(state);
  return PutNulls(node, nullptr);
}

// nullptr if one of the conditions is not known, or if they never hold together.
Node* ParseRefusal(Relation relation, List* conditions, Node* when) {
  List* parts = when == nullptr ? NIL : list_make1(when);
  ListCell* cell = nullptr;
  foreach (cell, conditions) {
    Node* const node = lfirst(cell) == nullptr ? nullptr : ParseCondition(relation, static_cast<char*>(lfirst(cell)));
    if (node == nullptr || contain_volatile_functions(node)) return nullptr;
    parts = lappend(parts, node);
  }
  if (parts == NIL) return nullptr;
  Node* const accepted =
      eval_const_expressions(nullptr, reinterpret_cast<Node*>(make_notclause(make_andclause(parts))));
  return IsA(accepted, Const) ? nullptr : accepted;
}

// The row that comes is entry 2 of a trigger's condition.
Node* PutNew(Node* node, void* context) {
  if (node == nullptr) return nullptr;
  Node* const copy = compat::MutateTree(node, PutNew, context);
  if (IsA(copy, Var)) reinterpret_cast<Var*>(copy)->varno = 1;
  return copy;
}

}  // namespace

List* ReadRefusals(Oid relation_oid, const char* source, const char* when, bool is_before) {
  if (IsInParallelMode()) return NIL;  // no subtransactions there
  if (FindWord(source, "exception") != nullptr && FindWord(source, "when") != nullptr &&
      SkipWord(FindWord(source, "exception") + strlen("exception"), "when") != nullptr)
    return NIL;  // errors may be caught
  const char* at = SkipBlanks(source);
  if (const char* declarations = SkipWord(at, "declare")) at = FindWord(declarations, "begin");
  at = at == nullptr ? nullptr : SkipWord(at, "begin");
  if (at == nullptr) return NIL;
  Walk walk = {NIL, NIL, is_before && !WritesElsewhere(source), false};
  bool leaves = false;
  WalkStatements(at, NIL, &walk, &leaves);
  if (walk.refusals == NIL) return NIL;
  Node* const condition = when == nullptr ? nullptr : PutNew(static_cast<Node*>(stringToNode(when)), nullptr);
  Relation const relation = table_open(relation_oid, AccessShareLock);
  List* expressions = NIL;
  ListCell* cell = nullptr;
  foreach (cell, walk.refusals) {
    Node* node = nullptr;
    const ErrorData* error =
        CatchError([&] { node = ParseRefusal(relation, static_cast<List*>(lfirst(cell)), condition); });
    if (error == nullptr && node != nullptr) expressions = lappend(expressions, node);
  }
  table_close(relation, AccessShareLock);
  return expressions;
}

}  // namespace dbmocker::server
