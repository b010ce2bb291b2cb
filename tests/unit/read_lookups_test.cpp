// What trigger functions look up, read from their text: columns of the new row, variables, called functions, and what
// is to be left out.
// Read first: Describe.
#include "core/read_lookups.h"

#include <gtest/gtest.h>

namespace dbmocker {
namespace {

// "from | filter; … | expression = NEW.x; expression = #0.y …"
std::string Describe(const Lookup& lookup) {
  std::string text = lookup.from + " |";
  for (const std::string& filter : lookup.filters) text += " " + filter + ";";
  text += " |";
  for (const LookupCondition& condition : lookup.conditions)
    text += " " + condition.expression + " = " +
            (condition.equal.column.empty()
                 ? "#" + std::to_string(condition.equal.lookup) + "." + condition.equal.expression
                 : "NEW." + condition.equal.column) +
            ";";
  return text;
}

std::vector<std::string> Read(const std::string& source, const std::vector<FunctionBody>& callees = {}) {
  std::vector<std::string> described;
  for (const Lookup& lookup : ReadLookups(source, callees)) described.push_back(Describe(lookup));
  return described;
}

using Texts = std::vector<std::string>;

TEST(ReadLookups, ReadsColumnsOfTheNewRow) {
  EXPECT_EQ(Read("BEGIN SELECT x INTO v FROM app.t AS t WHERE t.id = NEW.t_id AND NEW.Kind = t.kind; RETURN NEW; END"),
            (Texts{"app.t AS t | | t.id = NEW.t_id; t.kind = NEW.kind;"}));
}

TEST(ReadLookups, FollowsVariablesAndRows) {
  EXPECT_EQ(
      Read("DECLARE r s%ROWTYPE; p int; BEGIN "
           "SELECT * INTO STRICT r FROM s WHERE id = new.s_id; "
           "SELECT a, b INTO p, q FROM u WHERE u.id = r.u_id; "
           "PERFORM 1 FROM w WHERE w.a = p AND w.live AND w.at BETWEEN 1 AND 2; END"),
      (Texts{"s | | id = NEW.s_id;", "u | | u.id = #0.u_id;", "w | (w.live); (w.at BETWEEN 1 AND 2); | w.a = #1.a;"}));
}

TEST(ReadLookups, ReadsSubqueriesAndCasts) {
  EXPECT_EQ(Read("BEGIN SELECT h INTO x FROM host WHERE id = (SELECT host_id FROM sh WHERE sh.s = NEW.s::text); END"),
            (Texts{"sh | | sh.s = NEW.s;", "host | | id = #0.host_id;"}));
}

TEST(ReadLookups, LeavesOutWhatMustNotBeThere) {
  EXPECT_EQ(Read("BEGIN IF EXISTS (SELECT 1 FROM t WHERE t.id = NEW.id) THEN RAISE 'x'; END IF; "
                 "IF NOT EXISTS (SELECT 1 FROM u WHERE u.id = NEW.id) THEN RAISE 'x'; END IF; END"),
            (Texts{"u | | u.id = NEW.id;"}));
}

TEST(ReadLookups, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(Read("DECLARE v int; BEGIN v := random(); SELECT 1 INTO x FROM t WHERE t.a = v; "
                 "SELECT 1 INTO x FROM t WHERE t.a = NEW.a OR t.b = NEW.b; "
                 "SELECT 1 INTO x FROM f(NEW.a) t WHERE t.b = NEW.b; END"),
            Texts{});
  EXPECT_EQ(Read("BEGIN SELECT 1 INTO x FROM t WHERE t.a = NEW.a AND t.b > v2 AND t.c <> NEW.c; END"),
            (Texts{"t | (t.b > v2); | t.a = NEW.a;"}));
}

TEST(ReadLookups, PassesCommentsTextsAndEnds) {
  EXPECT_EQ(Read("BEGIN -- SELECT 1 FROM a WHERE a.x = NEW.x\n /* FROM */ SELECT 'it''s; FROM' INTO v FROM t "
                 "WHERE t.n = 'a; b' AND t.id = NEW.id ORDER BY t.id LIMIT 1; END"),
            (Texts{"t | (t.n = 'a; b'); | t.id = NEW.id;"}));
  EXPECT_EQ(Read("BEGIN SELECT extract(year FROM t.at) INTO v FROM t WHERE t.id = NEW.id"),
            (Texts{"t | | t.id = NEW.id;"}));
  EXPECT_EQ(Read("BEGIN SELECT 1 FROM t WHERE t.id = (NEW.id"), Texts{});
  EXPECT_EQ(Read(""), Texts{});
}

TEST(ReadLookups, TakesTablesApartThatOnlyTheRowTies) {
  EXPECT_EQ(
      Read("BEGIN PERFORM 1 FROM sets AS parent, sets child WHERE parent.id = NEW.parent AND child.id = NEW.child "
           "AND child.live; END"),
      (Texts{"sets AS parent | | parent.id = NEW.parent;", "sets child | (child.live); | child.id = NEW.child;"}));
  EXPECT_EQ(Read("BEGIN PERFORM 1 FROM a, b WHERE a.id = NEW.a AND b.id = NEW.b AND a.x = b.x; END"),
            (Texts{"a, b | (a.x = b.x); | a.id = NEW.a; b.id = NEW.b;"}));
  EXPECT_EQ(Read("BEGIN PERFORM 1 FROM a, b WHERE a.id = NEW.a AND live; END"),
            (Texts{"a, b | (live); | a.id = NEW.a;"}));
}

TEST(ReadLookups, FollowsCallsByTheirArguments) {
  const std::vector<FunctionBody> callees = {
      {"check_user",
       {"p_user", "p_other"},
       "BEGIN SELECT 1 INTO v FROM users WHERE users.id = p_user AND x = p_other; END"},
      {"loop", {"a"}, "BEGIN PERFORM loop(a); END"}};
  EXPECT_EQ(Read("BEGIN PERFORM check_user(NEW.user_id, 5); PERFORM loop(NEW.a); END", callees),
            (Texts{"users | | users.id = NEW.user_id;"}));
}

TEST(ReadLookups, ReadsWhatARowIsRefusedFor) {
  EXPECT_EQ(Read("DECLARE k text; BEGIN SELECT t.kind INTO k FROM t WHERE t.id = NEW.t_id; "
                 "IF k IS NULL OR k || 'x' <> 'ax' THEN RAISE 'no'; END IF; END"),
            (Texts{"t | ((t.kind) IS NULL) IS NOT TRUE; ((t.kind) || 'x' <> 'ax') IS NOT TRUE; | t.id = NEW.t_id;"}));
  EXPECT_EQ(Read("DECLARE r t%ROWTYPE; BEGIN SELECT * INTO r FROM t WHERE id = NEW.t_id; "
                 "IF r.ends < now() THEN RAISE 'no'; END IF; END"),
            (Texts{"t | (ends < now()) IS NOT TRUE; | id = NEW.t_id;"}));
  EXPECT_EQ(Read("BEGIN IF kind <> 'a' FROM t WHERE t.id = NEW.t_id THEN RAISE 'no'; END IF; END"),
            (Texts{"t | (kind <> 'a') IS NOT TRUE; | t.id = NEW.t_id;"}));
}

TEST(ReadLookups, ReadsSubqueriesOfRefusals) {
  EXPECT_EQ(
      Read("BEGIN IF (SELECT role FROM staff s WHERE s.id = NEW.staff_id) <> 'doctor' THEN RAISE 'no'; END IF; END"),
      (Texts{"staff s | ( (role) <> 'doctor') IS NOT TRUE; | s.id = NEW.staff_id;"}));
}

TEST(ReadLookups, ReadsWhatIsToBeEqual) {
  EXPECT_EQ(Read("DECLARE a int; BEGIN SELECT account INTO a FROM users WHERE id = NEW.user_id; "
                 "IF NEW.account <> a THEN RAISE 'no'; END IF; END"),
            (Texts{"users | | id = NEW.user_id; account = NEW.account;"}));
  EXPECT_EQ(Read("BEGIN IF (SELECT account FROM users WHERE id = NEW.user_id) IS DISTINCT FROM NEW.account THEN "
                 "RAISE 'no'; END IF; END"),
            (Texts{"users | | id = NEW.user_id; account = NEW.account;"}));
  EXPECT_EQ(Read("DECLARE a units%ROWTYPE; b units%ROWTYPE; BEGIN SELECT * INTO a FROM units WHERE id = NEW.a; "
                 "SELECT * INTO b FROM units WHERE id = NEW.b; IF a.kind <> b.kind THEN RAISE 'no'; END IF; END"),
            (Texts{"units | | id = NEW.a; kind = #1.kind;", "units | | id = NEW.b;"}));
}

TEST(ReadLookups, LeavesOutWhatIsRefusedForOtherReasons) {
  const std::string lookup = "DECLARE k text; BEGIN SELECT t.kind INTO k FROM t WHERE t.id = NEW.t_id; ";
  const Texts alone = {"t | | t.id = NEW.t_id;"};
  EXPECT_EQ(Read(lookup + "IF k < NEW.kind THEN RAISE 'no'; END IF; END"), alone);
  EXPECT_EQ(Read(lookup + "IF k <> 'a' THEN NEW.x := 1; END IF; END"), alone);
  EXPECT_EQ(Read(lookup + "IF NEW.x = 1 THEN IF k <> 'a' THEN RAISE 'no'; END IF; END IF; END"), alone);
  EXPECT_EQ(Read("DECLARE n int; BEGIN SELECT count(*) INTO n FROM t WHERE t.id = NEW.t_id; "
                 "IF n < 1 THEN RAISE 'no'; END IF; END"),
            alone);
  EXPECT_EQ(Read("BEGIN IF count(*) < 1 FROM t WHERE t.id = NEW.t_id THEN RAISE 'no'; END IF; END"), Texts{});
}

}  // namespace
}  // namespace dbmocker
