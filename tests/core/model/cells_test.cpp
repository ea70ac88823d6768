// Every cell's equations, as text, against what its loops compute: forward against their values, backward against their
// derivatives.
#include "unfold/model/cell.h"

#include <map>

#include "support.h"
#include "unfold/model/expression.h"

namespace unfold::test {
namespace {

/// A value with its derivatives by the inputs.
struct Dual {
  double value = 0;
  std::vector<double> d;
};

using Values = std::map<std::string, Dual>;

Dual combine(double value, const Dual& a, double by_a, const Dual& b, double by_b) {
  Dual out{value, std::vector<double>(a.d.size())};
  for (std::size_t i = 0; i < out.d.size(); ++i) out.d[i] = by_a * a.d[i] + by_b * b.d[i];
  return out;
}

Dual evaluate(const std::vector<Node>& nodes, int i, const Values& values, std::size_t inputs) {
  using Kind = Node::Kind;
  const Node& n = nodes[std::size_t(i)];
  if (n.kind == Kind::number) return {n.number, std::vector<double>(inputs)};
  if (n.kind == Kind::name) return values.at(n.name);
  const Dual a = evaluate(nodes, n.left, values, inputs);
  const Dual b = n.right < 0 ? a : evaluate(nodes, n.right, values, inputs);
  const double x = a.value, y = b.value;
  const auto one = [&](double value, double by) { return combine(value, a, by, a, 0); };
  switch (n.kind) {
    case Kind::add: return combine(x + y, a, 1, b, 1);
    case Kind::subtract: return combine(x - y, a, 1, b, -1);
    case Kind::multiply: return combine(x * y, a, y, b, x);
    case Kind::divide: return combine(x / y, a, 1 / y, b, -x / (y * y));
    case Kind::negate: return one(-x, -1);
    case Kind::sigmoid: return one(1 / (1 + std::exp(-x)), std::exp(-x) / ((1 + std::exp(-x)) * (1 + std::exp(-x))));
    case Kind::tanh: return one(std::tanh(x), 1 - std::tanh(x) * std::tanh(x));
    case Kind::relu: return one(std::max(x, 0.0), x > 0 ? 1 : 0);
    case Kind::exp: return one(std::exp(x), std::exp(x));
    case Kind::log: return one(std::log(x), 1 / x);
    case Kind::sin: return one(std::sin(x), std::cos(x));
    case Kind::cos: return one(std::cos(x), -std::sin(x));
    case Kind::max: return x >= y ? a : b;
    default: break;
  }
  ADD_FAILURE() << "a node of no kind";
  return a;
}

/// Every cell with every choice of its options.
std::vector<std::unique_ptr<Cell>> variants() {
  std::vector<std::unique_ptr<Cell>> list;
  for (const CellInfo* info : cells()) {
    std::vector<CellSettings> settings{{{info->options.begin(), info->options.end()}}};
    for (std::size_t o = 0; o < info->options.size(); ++o) {
      std::vector<CellSettings> extended;
      for (const CellSettings& one : settings)
        for (const char* choice : info->options[o].choices) {
          extended.push_back(one);
          extended.back().values[o].choice = choice;
        }
      if (!extended.empty()) settings = extended;
    }
    for (const CellSettings& one : settings) list.push_back(make_cell(*info, one));
  }
  return list;
}

/// One cell on random numbers, units × columns, forward and backward.
struct CellRun {
  static constexpr Index H = 67, K = 3;  // more than one slice of units
  const Cell& cell;
  int G = cell.gates(), S = cell.states();
  std::vector<Real> z, zh, own, derived, saved, early = std::vector<Real>(H * K);
  std::vector<std::vector<Real>> previous, next, dstate;
  std::vector<Real> dformer = std::vector<Real>(H * K);
  std::vector<Real> z_in, zh_in, activations;

  explicit CellRun(const Cell& c) : cell(c) {
    auto numbers = [seed = std::uint64_t(1)](Index size) mutable {
      std::vector<Real> list(static_cast<std::size_t>(size));
      randomize(list, 1.2, seed++);
      return list;
    };
    z = z_in = numbers(G * H * K);
    zh = zh_in = numbers(G * H * K);
    own = numbers(H * Index(cell.info->vector_names.size()));
    derived.resize(std::size_t(H * cell.derived()));
    cell.derive(own.data(), H, derived.data());
    saved.resize(std::size_t(H * K * cell.saved()));
    for (int i = 0; i < S; ++i) {
      previous.push_back(numbers(H * K));
      next.emplace_back(H * K);
      dstate.push_back(numbers(H * K));
    }
    for (std::vector<Real>& list : previous)  // normalisers are positive
      if (std::string_view(cell.state_name(int(&list - previous.data()))) == "n")
        for (Real& x : list) x = std::abs(x) + Real(0.5);
    activate_early();
    CellStep step;
    fill(step);
    for (int i = 0; i < S; ++i) step.next_states[std::size_t(i)] = next[std::size_t(i)].data();
    cell.forward(step);
    activations = z;
    CellDelta delta;
    fill(delta);
    delta.dh_values = dstate[0].data();
    delta.dformer = dformer.data();
    delta.early_gradient = early.data();
    for (int i = 1; i < S; ++i) delta.dstates[std::size_t(i)] = dstate[std::size_t(i)].data();
    const std::vector<std::vector<Real>> given = dstate;
    cell.backward(delta);
    after = dstate;
    dstate = given;
  }
  std::vector<std::vector<Real>> after;  // the gradients of further previous states

  void activate_early() {
    if (const auto gate = cell.early_gate())
      for (Index n = 0; n < K; ++n) activate(gate->function, z.data() + (n * G + gate->gate) * H, H);
  }
  void fill(CellColumns& to) {
    to.units = H;
    to.columns = K;
    to.gates = G;
    to.saved_rows = cell.saved();
    to.own = own.data();
    to.derived_values = derived.data();
    to.z = z.data();
    to.zh = zh.data();
    to.saved_values = saved.data();
    for (int i = 0; i < S; ++i) to.previous_states[std::size_t(i)] = previous[std::size_t(i)].data();
  }
  std::size_t at(int g, Index k, Index n) const { return std::size_t((n * G + g) * H + k); }
  std::size_t at(Index k, Index n) const { return std::size_t(n * H + k); }
};

/// The equations' values for one unit of one column, with derivatives by z, zh, then the previous states.
Values expected(const CellRun& r, Index k, Index n) {
  const Cell& cell = r.cell;
  const auto inputs = std::size_t(2 * r.G + r.S);
  Values values;
  const auto input = [&](const std::string& name, double value, std::size_t number) {
    Dual d{value, std::vector<double>(inputs)};
    if (number < inputs) d.d[number] = 1;
    values[name] = d;
  };
  for (int g = 0; g < r.G; ++g) {
    const std::string gate = cell.info->gate_names[std::size_t(g)];
    input((cell.separate() ? "zx_" : "z_") + gate, double(r.z_in[r.at(g, k, n)]), std::size_t(g));
    if (cell.separate()) input("zh_" + gate, double(r.zh_in[r.at(g, k, n)]), std::size_t(r.G + g));
  }
  for (int i = 0; i < r.S; ++i)
    input(std::string(cell.state_name(i)) + "_prev", double(r.previous[std::size_t(i)][r.at(k, n)]),
          std::size_t(2 * r.G + i));
  const auto vectors = cell.info->vector_names;
  for (std::size_t v = 0; v < vectors.size(); ++v)
    input(vectors[v], double(r.own[v * std::size_t(CellRun::H) + std::size_t(k)]), inputs);
  for (const Equation& e : parse_equations(cell.equations()))
    values[e.name] = evaluate(e.nodes, int(e.nodes.size()) - 1, values, inputs);
  return values;
}

constexpr double tolerance = is_double ? 1e-12 : 2e-5;

TEST(Cells, ForwardComputesTheirEquations) {
  int count = 0;
  for (const auto& cell : variants()) {
    if (cell->info->name == "test-broken") continue;
    const CellRun r(*cell);
    for (Index n = 0; n < CellRun::K; ++n)
      for (Index k = 0; k < CellRun::H; ++k) {
        const Values values = expected(r, k, n);
        for (int i = 0; i < r.S; ++i)
          ASSERT_NEAR(double(r.next[std::size_t(i)][r.at(k, n)]), values.at(cell->state_name(i)).value, tolerance)
              << cell->equations();
        for (int g = 0; g < r.G; ++g)
          ASSERT_NEAR(double(r.activations[r.at(g, k, n)]), values.at(cell->info->gate_names[std::size_t(g)]).value,
                      tolerance)
              << cell->equations();
      }
    ++count;
  }
  // rnn 4; lstm, peephole, coupled LSTM, gru, janet, mingru, minlstm and indrnn 2; MGU, sLSTM, SRU, LRU, RWKV and RRU 1
  EXPECT_EQ(count, 26);
}

/// What a unit's preactivations and previous states get, from ∂L/∂(each new state).
TEST(Cells, BackwardComputesTheirDerivatives) {
  for (const auto& cell : variants()) {
    if (cell->info->name == "test-broken") continue;
    const CellRun r(*cell);
    const auto early = cell->early_gate();
    for (Index n = 0; n < CellRun::K; ++n)
      for (Index k = 0; k < CellRun::H; ++k) {
        Values values = expected(r, k, n);
        const auto slope = [&](int input) {
          double sum = 0;
          for (int i = 0; i < r.S; ++i)
            sum += double(r.dstate[std::size_t(i)][r.at(k, n)]) * values.at(cell->state_name(i)).d[std::size_t(input)];
          return sum;
        };
        for (int g = 0; g < r.G; ++g) {
          double got = double(r.z[r.at(g, k, n)]);
          if (early && early->gate == g) {  // the activation's own backward comes after this
            const double y = double(r.activations[r.at(g, k, n)]);
            got = double(r.early[r.at(k, n)]) * y * (1 - y);
          }
          ASSERT_NEAR(got, slope(g), 4 * tolerance) << cell->equations() << " gate " << g;
          if (cell->separate())
            ASSERT_NEAR(double(r.zh[r.at(g, k, n)]), slope(r.G + g), 4 * tolerance) << cell->equations();
        }
        ASSERT_NEAR(double(r.dformer[r.at(k, n)]), slope(2 * r.G), 4 * tolerance) << cell->equations();
        for (int i = 1; i < r.S; ++i)
          ASSERT_NEAR(double(r.after[std::size_t(i)][r.at(k, n)]), slope(2 * r.G + i), 4 * tolerance)
              << cell->equations() << " state " << i;
      }
  }
}

Json written(const std::string& equations) {
  JsonWriter to;
  write_equations(equations, to);
  return Json::parse(to.text());
}

TEST(Expressions, AreParsedWithTheUsualPrecedence) {
  EXPECT_EQ(
      written("y = a + 2.5 * -b / (c - d); h = max(y, tanh(y))"),
      Json::parse(R"([["y",["+","a",["/",["*",2.5,["neg","b"]],["-","c","d"]]]],["h",["max","y",["tanh","y"]]]])"));
  EXPECT_EQ(written("y = a - b + c; h = a / b * c"),
            Json::parse(R"([["y",["+",["-","a","b"],"c"]],["h",["*",["/","a","b"],"c"]]])"));
  for (const char* wrong : {"y", "y =", "y = a +", "y = (a", "y = f(a)", "y = max(a)", "y = a b", "1 = a"})
    EXPECT_TRUE(refuses(ErrorCode::internal, "equations", [&] { parse_equations(wrong); })) << wrong;
}

}  // namespace
}  // namespace unfold::test
