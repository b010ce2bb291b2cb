// See read_regex.h. Parsed to a tree, built into a nondeterministic automaton (Thompson), made deterministic by
// subsets. Anchors are empty steps that may be taken at the text's start or end only.
// Read first: RegexParser::ReadAlternatives, then Automaton::Determine.
#include "read_regex.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "parse_regex.h"

namespace dbmocker {
namespace {

constexpr std::size_t kMaxNodes = 20000;

enum class Step : std::uint8_t { Symbols, Empty, AtStart, AtEnd };

struct Edge {
  Step step;
  int target;
  SymbolSet symbols;
};

class Automaton {
 public:
  int AddState() {
    if (edges_.size() >= kMaxNodes) throw RegexRefusal{"the pattern is too large"};
    edges_.emplace_back();
    return static_cast<int>(edges_.size()) - 1;
  }
  void Add(int from, Step step, int to, const SymbolSet& symbols = {}) {
    edges_[static_cast<std::size_t>(from)].push_back({step, to, symbols});
  }

  // Builds `node` behind state `from`; returns the state where it ends.
  int Build(const RegexNode& node, int from) {
    switch (node.kind) {
      case RegexNode::Kind::Symbols: {
        const int to = AddState();
        Add(from, Step::Symbols, to, node.symbols);
        return to;
      }
      case RegexNode::Kind::AtStart:
      case RegexNode::Kind::AtEnd: {
        const int to = AddState();
        Add(from, node.kind == RegexNode::Kind::AtStart ? Step::AtStart : Step::AtEnd, to);
        return to;
      }
      case RegexNode::Kind::Sequence:
        for (const RegexNode& child : node.children) from = Build(child, from);
        return from;
      case RegexNode::Kind::Alternatives: {
        const int to = AddState();
        for (const RegexNode& child : node.children) {
          const int start = AddState();
          Add(from, Step::Empty, start);
          Add(Build(child, start), Step::Empty, to);
        }
        return to;
      }
      case RegexNode::Kind::Repeat:
        return BuildRepeat(node, from);
    }
    return from;
  }

  // The language of the texts that lead from `start` to `accept`; nullopt if it has too many states.
  std::optional<TextLanguage> Determine(int start, int accept) const {
    std::array<std::uint8_t, kSymbolCount> class_of{};
    const std::vector<int> samples = FindClasses(class_of);
    std::map<std::vector<int>, std::uint16_t> numbers;
    std::vector<std::vector<int>> states;
    std::vector<std::uint16_t> next;
    std::vector<bool> accepts;
    states.push_back(Close({start}, true, false));
    for (std::size_t state = 0; state < states.size(); ++state) {
      const std::vector<int> members = states[state];
      const std::vector<int> at_end = Close(members, state == 0, true);
      accepts.push_back(std::ranges::binary_search(at_end, accept));
      for (const int symbol : samples) {
        std::vector<int> target = Close(Follow(members, symbol), false, false);
        const auto number = static_cast<std::uint16_t>(states.size());
        const auto [found, is_new] = numbers.try_emplace(target, number);
        if (is_new) states.push_back(std::move(target));
        next.push_back(found->second);
      }
      if (states.size() > TextLanguage::kMaxStates) return std::nullopt;
    }
    return TextLanguage(class_of, samples.size(), std::move(next), std::move(accepts));
  }

 private:
  int BuildRepeat(const RegexNode& node, int from) {
    const RegexNode& child = node.children.front();
    for (int i = 0; i < node.least; ++i) from = Build(child, from);
    const int end = AddState();
    if (node.most < 0) {
      const int loop = AddState();
      Add(from, Step::Empty, loop);
      Add(Build(child, loop), Step::Empty, loop);
      Add(loop, Step::Empty, end);
      return end;
    }
    Add(from, Step::Empty, end);
    for (int i = node.least; i < node.most; ++i) {
      from = Build(child, from);
      Add(from, Step::Empty, end);
    }
    return end;
  }

  // Symbols that no edge tells apart are one class; returns a symbol of each.
  std::vector<int> FindClasses(std::array<std::uint8_t, kSymbolCount>& class_of) const {
    std::vector<SymbolSet> sets;
    for (const auto& edges : edges_)
      for (const Edge& edge : edges)
        if (edge.step == Step::Symbols && std::ranges::find(sets, edge.symbols) == sets.end())
          sets.push_back(edge.symbols);
    std::map<std::vector<bool>, std::uint8_t> classes;
    std::vector<int> samples;
    for (int symbol = 0; symbol < kSymbolCount; ++symbol) {
      std::vector<bool> inside;
      for (const SymbolSet& set : sets) inside.push_back(set[static_cast<std::size_t>(symbol)]);
      const auto [found, is_new] = classes.try_emplace(std::move(inside), static_cast<std::uint8_t>(samples.size()));
      if (is_new) samples.push_back(symbol);
      class_of[static_cast<std::size_t>(symbol)] = found->second;
    }
    return samples;
  }

  std::vector<int> Follow(const std::vector<int>& members, int symbol) const {
    std::vector<int> targets;
    for (const int member : members)
      for (const Edge& edge : edges_[static_cast<std::size_t>(member)])
        if (edge.step == Step::Symbols && edge.symbols[static_cast<std::size_t>(symbol)])
          targets.push_back(edge.target);
    return targets;
  }

  std::vector<int> Close(const std::vector<int>& members, bool at_start, bool at_end) const {
    std::vector<bool> seen(edges_.size(), false);
    std::vector<int> waiting;
    const auto visit = [&](int state) {
      if (seen[static_cast<std::size_t>(state)]) return;
      seen[static_cast<std::size_t>(state)] = true;
      waiting.push_back(state);
    };
    for (const int member : members) visit(member);
    std::vector<int> closed;
    while (!waiting.empty()) {
      const int state = waiting.back();
      waiting.pop_back();
      closed.push_back(state);
      for (const Edge& edge : edges_[static_cast<std::size_t>(state)]) {
        const bool open = edge.step == Step::Empty || (edge.step == Step::AtStart && at_start) ||
                          (edge.step == Step::AtEnd && at_end);
        if (open) visit(edge.target);
      }
    }
    std::ranges::sort(closed);
    return closed;
  }

  std::vector<std::vector<Edge>> edges_;
};

std::optional<TextLanguage> MakeLanguage(const RegexNode& root, bool anywhere) {
  Automaton automaton;
  const int start = automaton.AddState();
  SymbolSet all;
  all.set();
  if (anywhere) automaton.Add(start, Step::Symbols, start, all);
  const int inner = automaton.AddState();
  automaton.Add(start, Step::Empty, inner);
  const int accept = automaton.Build(root, inner);
  if (anywhere) automaton.Add(accept, Step::Symbols, accept, all);
  return automaton.Determine(start, accept);
}

PatternReading Finish(const RegexNode& root, bool anywhere) {
  auto preferred = MakeLanguage(root, false);
  auto exact = anywhere ? MakeLanguage(root, true) : preferred;
  if (!exact || !preferred) return {std::nullopt, "the pattern is too large"};
  return {TextPattern{std::move(*exact), std::move(*preferred)}, ""};
}

// Calls `visit(place, depth)` for every character outside of brackets and escapes.
template <class Visit>
void VisitPlain(std::string_view pattern, Visit visit) {
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      if (++i < pattern.size() && pattern[i] == '^') ++i;
      for (++i; i < pattern.size() && pattern[i] != ']'; ++i) {
        if (pattern[i] == '\\') ++i;
        if (pattern.substr(i).starts_with("[:")) i = std::min(pattern.find(":]", i) + 1, pattern.size());
      }
    } else {
      if (pattern[i] == ')') --depth;
      visit(i, depth);
      if (pattern[i] == '(') ++depth;
    }
  }
}

// A condition on what follows the text's start, or comes before its end, apart from the rest of the pattern.
struct Lookaround {
  std::string looked_for;  // a pattern of its own
  bool must_match = true;
  std::string rest;
};

std::optional<Lookaround> TakeLookaround(std::string_view pattern) {
  bool has_branches = false;
  std::size_t close = std::string_view::npos;  // of the group at the start
  std::size_t open = std::string_view::npos;  // of the group at the end
  VisitPlain(pattern, [&](std::size_t place, int depth) {
    if (depth != 0) return;
    if (pattern[place] == '|') has_branches = true;
    if (pattern[place] == ')' && close == std::string_view::npos) close = place;
    if (pattern[place] == '(') open = place;
  });
  if (has_branches) return std::nullopt;
  const auto is_group = [&](std::size_t place, std::string_view equal, std::string_view differs) {
    return pattern.substr(place).starts_with(equal) || pattern.substr(place).starts_with(differs);
  };
  if (pattern.starts_with("^") && is_group(1, "(?=", "(?!") && close != std::string_view::npos)
    return Lookaround{"^(?:" + std::string(pattern.substr(4, close - 4)) + ")", pattern[3] == '=',
                      "^" + std::string(pattern.substr(close + 1))};
  if (open != std::string_view::npos && pattern.ends_with(")$") && is_group(open, "(?<=", "(?<!"))
    return Lookaround{"(?:" + std::string(pattern.substr(open + 4, pattern.size() - open - 6)) + ")$",
                      pattern[open + 3] == '=', std::string(pattern.substr(0, open)) + "$"};
  return std::nullopt;
}

PatternReading ReadLookaround(const Lookaround& lookaround, bool ignoring_case) {
  const PatternReading looked_for = ReadRegex(lookaround.looked_for, ignoring_case);
  PatternReading rest = ReadRegex(lookaround.rest, ignoring_case);
  if (!looked_for.pattern || !rest.pattern) return looked_for.pattern ? rest : looked_for;
  const TextLanguage wanted =
      lookaround.must_match ? looked_for.pattern->exact : looked_for.pattern->exact.Complement();
  auto exact = TextLanguage::Intersect(rest.pattern->exact, wanted);
  auto preferred = TextLanguage::Intersect(rest.pattern->preferred, wanted);
  if (!exact || !preferred) return {std::nullopt, "the pattern is too large"};
  if (preferred->IsEmpty()) preferred = exact;
  return {TextPattern{std::move(*exact), std::move(*preferred)}, ""};
}

}  // namespace

PatternReading ReadRegex(std::string_view pattern, bool ignoring_case) {
  if (const auto lookaround = TakeLookaround(pattern)) return ReadLookaround(*lookaround, ignoring_case);
  try {
    return Finish(ParseRegex(pattern, ignoring_case), true);
  } catch (const RegexRefusal& refusal) {
    return {std::nullopt, refusal.why};
  }
}

PatternReading ReadLike(std::string_view pattern, bool ignoring_case) {
  try {
    return Finish(ParseLike(pattern, ignoring_case), false);
  } catch (const RegexRefusal& refusal) {
    return {std::nullopt, refusal.why};
  }
}

}  // namespace dbmocker
