// See try_values.h. Values are read under the catalog settings, CHECKs are evaluated under the caller's, as for INSERT;
// what raises an error has not passed.
// Read first: TryValues.
#include "server/try_values.h"

#include <algorithm>
#include <memory>

#include "server/boundary.h"
#include "server/catch_refusal.h"
#include "server/check_target.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr std::size_t kMostKept = 1000;
constexpr std::size_t kRareShare = 10;  // one of so many draws passes: drawing again finds rows fast enough

// Judges values of one column. Plain data in a memory context of its own.
struct Judge {
  MemoryContext context;
  Relation relation;
  EState* estate;
  TupleTableSlot* slot;
  AttrNumber number;
  FmgrInfo input;
  Oid input_parameter;
  int32 type_modifier;
  int check_count;
  ExprState** checks;
};

Judge OpenJudge(Oid target, AttrNumber number, const char* const* names, int name_count) {
  Judge judge = {};
  judge.context = AllocSetContextCreate(CurrentMemoryContext, "dbmocker tried values", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(judge.context);
  judge.relation = OpenTarget(target, AccessShareLock, TargetUse::Describe);
  TupleDesc const descriptor = RelationGetDescr(judge.relation);
  judge.estate = CreateExecutorState();
  judge.slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
  judge.number = number;
  Form_pg_attribute const column = TupleDescAttr(descriptor, number - 1);
  Oid input = InvalidOid;
  getTypeInputInfo(column->atttypid, &input, &judge.input_parameter);
  fmgr_info(input, &judge.input);
  judge.type_modifier = column->atttypmod;
  const TupleConstr* constraints = descriptor->constr;
  judge.checks = static_cast<ExprState**>(palloc0(sizeof(ExprState*) * static_cast<Size>(name_count + 1)));
  for (int i = 0; constraints != nullptr && i < constraints->num_check; ++i)
    for (int name = 0; name < name_count; ++name)
      if (strcmp(constraints->check[i].ccname, names[name]) == 0)
        judge.checks[judge.check_count++] =
            ExecPrepareExpr(static_cast<Expr*>(stringToNode(constraints->check[i].ccbin)), judge.estate);
  MemoryContextSwitchTo(caller);
  return judge;
}

void CloseJudge(const Judge& judge) {
  ExecDropSingleTupleTableSlot(judge.slot);
  FreeExecutorState(judge.estate);
  table_close(judge.relation, NoLock);
  MemoryContextDelete(judge.context);
}

bool PassesChecks(const Judge& judge, Datum value) {
  ExprContext* const context = GetPerTupleExprContext(judge.estate);
  ExecStoreAllNullTuple(judge.slot);
  judge.slot->tts_values[judge.number - 1] = value;
  judge.slot->tts_isnull[judge.number - 1] = false;
  context->ecxt_scantuple = judge.slot;
  bool passes = true;
  for (int i = 0; i < judge.check_count && passes; ++i) passes = ExecCheck(judge.checks[i], context);
  return passes;
}

// Sets passes[i] for texts[i].
void JudgeTexts(const Judge& judge, const char* const* texts, int count, bool* passes) {
  MemoryContext const values_context =
      AllocSetContextCreate(judge.context, "dbmocker values to try", ALLOCSET_DEFAULT_SIZES);
  auto* values = static_cast<Datum*>(MemoryContextAlloc(values_context, sizeof(Datum) * static_cast<Size>(count + 1)));
  Judge* const plain = const_cast<Judge*>(&judge);
  const int level = EnterCatalogSettings();
  for (int i = 0; i < count; ++i) {
    MemoryContext const caller = MemoryContextSwitchTo(values_context);
    passes[i] = CatchRefusal([=] {
                  values[i] =
                      InputFunctionCall(&plain->input, pstrdup(texts[i]), plain->input_parameter, plain->type_modifier);
                }) == nullptr;
    MemoryContextSwitchTo(caller);
  }
  LeaveCatalogSettings(level);
  for (int i = 0; i < count; ++i) {
    if (!passes[i]) continue;
    MemoryContext const caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(judge.estate));
    bool* const passed = &passes[i];
    if (CatchRefusal([=] { *passed = PassesChecks(*plain, values[i]); }) != nullptr) *passed = false;
    MemoryContextSwitchTo(caller);
    ResetPerTupleExprContext(judge.estate);
    if (i % 100 == 0) CHECK_FOR_INTERRUPTS();
  }
  MemoryContextDelete(values_context);
}

std::vector<std::string> Passing(const Judge& judge, const std::vector<std::string>& texts) {
  std::vector<const char*> plain;
  for (const std::string& text : texts) plain.push_back(text.c_str());
  const auto passes = std::make_unique<bool[]>(texts.size());
  bool* const flags = passes.get();
  CallServer([&] { JudgeTexts(judge, plain.data(), static_cast<int>(plain.size()), flags); });
  std::vector<std::string> passing;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (passes[i]) passing.push_back(texts[i]);
  return passing;
}

// At most kMostKept of the distinct texts, spread evenly.
std::vector<std::string> Thin(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  if (texts.size() <= kMostKept) return texts;
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < kMostKept; ++i) kept.push_back(texts[i * texts.size() / kMostKept]);
  return kept;
}

// Distinct values are wanted of it: a list of some has to do only where no draw passes.
bool IsKeyPart(const Table& table, AttributeNumber number) {
  const auto holds = [number](const auto& key) { return std::ranges::count(key.columns, number) > 0; };
  return std::ranges::any_of(table.unique_keys, holds);
}

}  // namespace

std::map<AttributeNumber, std::vector<std::string>> TryValues(const Table& table, const RunOptions& options,
                                                              const TargetFacts& facts) {
  std::map<AttributeNumber, std::vector<std::string>> tried;
  if (CallServer([] { return IsInParallelMode(); })) return tried;  // no subtransactions there
  PlanOptions plan_options;
  plan_options.seed = options.seed;
  plan_options.reference_time = options.reference_time;
  plan_options.null_probability = options.null_probability;
  for (const UnreadChecks& unread : FindUnreadChecks(table, plan_options, facts)) {
    std::vector<const char*> names;
    for (const std::string& name : unread.names) names.push_back(name.c_str());
    const Judge judge = CallServer([&] {
      return OpenJudge(table.oid, static_cast<AttrNumber>(unread.column), names.data(), static_cast<int>(names.size()));
    });
    std::vector<std::string> passing = Passing(judge, unread.draws);
    const bool is_rare =
        IsKeyPart(table, unread.column) ? passing.empty() : passing.size() * kRareShare < unread.draws.size();
    if (is_rare) {
      const std::vector<std::string> more = Passing(judge, unread.candidates);
      passing.insert(passing.end(), more.begin(), more.end());
      if (!passing.empty()) tried[unread.column] = Thin(std::move(passing));
    }
    CallServer([&] { CloseJudge(judge); });
  }
  return tried;
}

}  // namespace dbmocker::server
