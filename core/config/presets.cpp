#include "unfold/config/presets.h"

#include <array>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"

namespace unfold {

namespace {

/// Layers of one cell and nothing else: the cell says what there is to say.
constexpr Preset of_cell(const char* name, const char* cell, const char* config) {
  return {name, nullptr, nullptr, nullptr, nullptr, config, cell};
}

constexpr Preset list[]{
    {"rnn", "Vanilla RNN", "The new state is a squashed sum of the input and the previous state.",
     "h = tanh(b + U·x + W·h₋);  o = c + V·h", "Elman 1990", R"({"layers":[{"cell":"rnn","units":H}]})"},
    {"irnn", "IRNN", "A ReLU network that starts as a perfect memory: its recurrent matrix is the identity.",
     "h = max(0, b + U·x + W·h₋);  W starts as I", "Le, Jaitly & Hinton 2015",
     R"({"layers":[{"cell":"rnn","units":H,"activation":"relu"}],"initialization":{"recurrent":"identity"},"clip":1,
           "optimizer":{"name":"adam","learningRate":0.001}})"},
    of_cell("lstm", "lstm", R"({"layers":[{"cell":"lstm","units":H}]})"),
    of_cell("peephole-lstm", "peephole-lstm", R"({"layers":[{"cell":"peephole-lstm","units":H}]})"),
    of_cell("gru", "gru", R"({"layers":[{"cell":"gru","units":H}]})"),
    of_cell("cifg-lstm", "coupled-lstm", R"({"layers":[{"cell":"coupled-lstm","units":H}]})"),
    of_cell("mgu", "mgu", R"({"layers":[{"cell":"mgu","units":H}]})"),
    of_cell("janet", "janet", R"({"layers":[{"cell":"janet","units":H}]})"),
    of_cell("slstm", "slstm", R"({"layers":[{"cell":"slstm","units":H}]})"),
    {"mlstm", "Multiplicative LSTM",
     "The product of input and previous state takes the state's place: each symbol has a recurrent matrix of its own.",
     "m = (U_m·x)∘(W_m·h₋);  i, f, o = σ(U·x + W·m);  g = tanh(…);  c = f∘c₋ + i∘g;  h = o∘tanh(c)",
     "Krause et al. 2016; Radford et al. 2017",
     R"({"layers":[{"cell":"lstm","units":H,"bias":"one","edges":[{"from":"input","delay":0},{"from":{"product":[
           {"from":"input","units":H,"bias":false},{"from":"self","units":H,"bias":false}]}}]}]})"},
    {"mogrifier", "Mogrifier LSTM",
     "Before an LSTM reads them, input and previous state gate each other in five rounds.",
     "x ← σ(Qⁱ·h₋)∘x and h₋ ← σ(Rⁱ·x)∘h₋ in turn, five times;  then an LSTM", "Melis et al. 2020",
     R"({"layers":[{"cell":"lstm","units":H,"bias":"one","edges":[
           {"gates":[],"from":{"product":[{"from":"self","units":H,"outputActivation":"sigmoid","bias":false},
             {"from":"input","units":H,"bias":false}]}},
           {"gates":[],"from":{"product":[{"from":{"edge":0},"units":H,"outputActivation":"sigmoid","bias":false},
             {"from":"self"}]}},
           {"gates":[],"from":{"product":[{"from":{"edge":1},"units":H,"outputActivation":"sigmoid","bias":false},
             {"from":{"edge":0}}]}},
           {"from":{"product":[{"from":{"edge":2},"units":H,"outputActivation":"sigmoid","bias":false},
             {"from":{"edge":1}}]}},
           {"from":{"product":[{"from":{"edge":3},"units":H,"outputActivation":"sigmoid","bias":false},
             {"from":{"edge":2}}]}}]}]})"},
    {"mut1", "MUT1",
     "The first of three gated units found by a search over ten thousand: its update gate sees the input alone.",
     "z = σ(U·x);  r = σ(U·x + W·h₋);  h = z∘tanh(W·(r∘h₋) + U·tanh(E·x)) + (1−z)∘h₋", "Jozefowicz et al. 2015",
     R"({"layers":[{"cell":"gru","reset":"before","units":H,"bias":"one","edges":[
           {"from":"input","delay":0,"gates":["r","z"]},
           {"from":"input","delay":0,"gates":["n"],"hidden":[H],"activation":"tanh"},
           {"from":"self","delay":1,"gates":["r","n"]}]}]})"},
    {"mut2", "MUT2",
     "The second of the units that the search found: the input enters the reset gate as it is, without a matrix.",
     "x = E·input;  z = σ(U·x + W·h₋);  r = σ(x + W·h₋);  h = z∘tanh(W·(r∘h₋) + U·x) + (1−z)∘h₋",
     "Jozefowicz et al. 2015",
     R"({"layers":[{"cell":"gru","reset":"before","units":H,"bias":"one","edges":[
           {"from":"input","delay":0,"gates":["r"],"hidden":[H],"activation":"identity","matrix":false},
           {"from":{"edge":0},"gates":["z","n"]},{"from":"self","delay":1}]}]})"},
    {"mut3", "MUT3", "The third of the units that the search found: the update gate reads a squashed state.",
     "z = σ(U·x + W·tanh(h₋));  r = σ(U·x + W·h₋);  h = z∘tanh(W·(r∘h₋) + U·x) + (1−z)∘h₋", "Jozefowicz et al. 2015",
     R"({"layers":[{"cell":"gru","reset":"before","units":H,"bias":"one","edges":[
           {"from":"input","delay":0},{"from":"self","delay":1,"gates":["r","n"]},
           {"from":"self","delay":1,"gates":["z"],"sourceActivation":"tanh"}]}]})"},
    {"rru", "RRU",
     "No gates: a normalized ReLU layer reads input and state, and what it gives is added to a state that slowly "
     "fades.",
     "j = max(0, γ∘norm(U·x + W·h₋) + b);  h = σ(s)∘h₋ + r∘(W_c·j + b_c);  o = V·j", "Zakovskis et al. 2021",
     R"({"layers":[{"cell":"rnn","units":H,"activation":"relu","bias":"one","layerNorm":true,
           "edges":[{"from":"input","delay":0},{"from":1,"delay":1}]},
           {"cell":"rru","units":H,"bias":"one","edges":[{"from":0,"delay":0}]}],"readout":[{"from":0}]})"},
    // Units of the next four see each other in the layer above alone, so there are two layers.
    of_cell("indrnn", "indrnn", R"({"layers":[{"cell":"indrnn","units":H},{"cell":"indrnn","units":H}]})"),
    of_cell("sru", "sru", R"({"layers":[{"cell":"sru","units":H},{"cell":"sru","units":H}]})"),
    of_cell("mingru", "mingru", R"({"layers":[{"cell":"mingru","units":H},{"cell":"mingru","units":H}]})"),
    of_cell("minlstm", "minlstm", R"({"layers":[{"cell":"minlstm","units":H},{"cell":"minlstm","units":H}]})"),
    {"lru", "LRU", nullptr, nullptr, nullptr,
     R"({"layers":[{"cell":"lru","units":H,"bias":"one"},{"cell":"lru","units":H,"bias":"one",
           "edges":[{"from":0,"hidden":[H],"activation":"tanh"}]}],
           "readout":[{"from":1,"hidden":[H],"activation":"tanh"}]})",
     "lru"},
    {"rwkv", "RWKV", nullptr, nullptr, nullptr,
     R"({"layers":[{"cell":"rwkv","units":H,"bias":"one","edges":[{"from":"input","delay":0},{"from":"input","delay":1}]},
           {"cell":"rwkv","units":H,"bias":"one","edges":[{"from":0,"delay":0},{"from":0,"delay":1}]}]})",
     "rwkv"},
    {"qrnn", "QRNN", "Convolutions over two steps give the gates, so that step by step they are only pooled.",
     "g = tanh(U·x + U′·x₋);  f, o = σ(…);  c = f∘c₋ + (1−f)∘g;  h = o∘c", "Bradbury et al. 2017",
     R"({"layers":[{"cell":"coupled-lstm","units":H,"cellOutput":"identity","bias":"one",
           "edges":[{"from":"input","delay":0},{"from":"input","delay":1}]},
           {"cell":"coupled-lstm","units":H,"cellOutput":"identity","bias":"one",
           "edges":[{"from":0,"delay":0},{"from":0,"delay":1}]}]})"},
    {"srnn", "Stacked RNN", "Layers on top of each other: each reads the states of the one below.",
     "h¹ = tanh(U¹·x + W¹·h¹₋);  h² = tanh(U²·h¹ + W²·h²₋)", "Schmidhuber 1992; El Hihi & Bengio 1996",
     R"({"layers":[{"cell":"rnn","units":H},{"cell":"rnn","units":H}]})"},
    {"dt-rnn", "Deep transition RNN", "Two layers lie between one state and the next.",
     "a = tanh(W₁·h₋ + U₁·x);  h = tanh(W₂·a + U₂·x)", "Pascanu et al. 2014",
     R"({"layers":[{"cell":"rnn","units":H,"edges":[{"from":"input","delay":0},
           {"from":"self","delay":1,"hidden":[H],"activation":"tanh","join":"all"}]}]})"},
    {"dt(s)-rnn", "Deep transition RNN with shortcut", "A deep transition that the previous state can also bypass.",
     "a = tanh(W₁·h₋ + U₁·x);  h = tanh(W₂·a + U₂·x + S·h₋)", "Pascanu et al. 2014",
     R"({"layers":[{"cell":"rnn","units":H,"edges":[{"from":"input","delay":0},
           {"from":"self","delay":1,"hidden":[H],"activation":"tanh","shortcut":true,"join":"all"}]}]})"},
    {"do-rnn", "Deep output RNN", "A layer between the state and the prediction undoes the mixing of the state.",
     "h = tanh(U·x + W·h₋);  a = tanh(V₁·h);  o = V₂·a", "Pascanu et al. 2014",
     R"({"layers":[{"cell":"rnn","units":H}],"readout":[{"from":0,"hidden":[H],"activation":"tanh"}]})"},
    {"dot-rnn", "Deep output, deep transition RNN", "Depth both between states and before the prediction.",
     "a = tanh(W₁·h₋ + U₁·x);  h = tanh(W₂·a + U₂·x);  o = V₂·tanh(V₁·h)", "Pascanu et al. 2014",
     R"({"layers":[{"cell":"rnn","units":H,"edges":[{"from":"input","delay":0},
           {"from":"self","delay":1,"hidden":[H],"activation":"tanh","join":"all"}]}],
           "readout":[{"from":0,"hidden":[H],"activation":"tanh"}]})"},
    {"dot(s)-rnn", "Deep output, deep transition RNN with shortcut",
     "The deepest of Pascanu's networks: deep transition, shortcut and deep output.",
     "a = tanh(W₁·h₋ + U₁·x);  h = tanh(W₂·a + U₂·x + S·h₋);  o = V₂·tanh(V₁·h)", "Pascanu et al. 2014",
     R"({"layers":[{"cell":"rnn","units":H,"edges":[{"from":"input","delay":0},
           {"from":"self","delay":1,"hidden":[H],"activation":"tanh","shortcut":true,"join":"all"}]}],
           "readout":[{"from":0,"hidden":[H],"activation":"tanh"}]})"},
    {"rhn", "Recurrent highway network",
     "Three highway layers lie between one state and the next; a gate decides how much passes each unchanged.",
     "s⁰ = s³₋;  sˡ = (1−c)∘tanh(Wˡ·sˡ⁻¹ + …) + c∘sˡ⁻¹;  c = σ(…);  x enters s¹", "Zilly et al. 2017",
     R"({"layers":[{"cell":"janet","units":H,"inputControl":"coupled","forgetBias":2,"bias":"one","stateFrom":2},
           {"cell":"janet","units":H,"inputControl":"coupled","forgetBias":2,"bias":"one","stateFrom":0,
           "edges":[{"from":"self","delay":1}]},
           {"cell":"janet","units":H,"inputControl":"coupled","forgetBias":2,"bias":"one","stateFrom":1,
           "edges":[{"from":"self","delay":1}]}]})"},
    {"fast-slow", "Fast–slow LSTM",
     "Two fast LSTMs update one state in turn; a slow one between them changes half as often and remembers longer.",
     "f¹ = LSTM(f²₋, x);  s = LSTM(s₋, f¹);  f² = LSTM(f¹, s)", "Mujika et al. 2017",
     R"({"layers":[{"cell":"lstm","units":H,"stateFrom":2},{"cell":"lstm","units":H},
           {"cell":"lstm","units":H,"stateFrom":0}]})"},
    {"gated-feedback", "Gated feedback LSTM",
     "Each layer also reads the previous states of all layers, and one number for each says how much of it.",
     "g = tanh(U·x + Σ_l s_l·W_l·hˡ₋);  s_l = σ(u·x + Σ_k w_k·hᵏ₋), a number;  i, f, o as in an LSTM",
     "Chung et al. 2015",
     R"({"layers":[{"cell":"lstm","units":H,"bias":"one","edges":[{"from":"input","delay":0},
           {"from":"self","delay":1,"gates":["i","f","o"]},
           {"gates":["g"],"from":{"product":[{"units":1,"outputActivation":"sigmoid","bias":false,
             "from":{"concat":[{"from":"input"},{"from":"self"},{"from":1}]}},{"from":"self"}]}},
           {"gates":["g"],"from":{"product":[{"units":1,"outputActivation":"sigmoid","bias":false,
             "from":{"concat":[{"from":"input"},{"from":"self"},{"from":1}]}},{"from":1}]}}]},
           {"cell":"lstm","units":H,"bias":"one","edges":[{"from":0,"delay":0},
           {"from":"self","delay":1,"gates":["i","f","o"]},
           {"gates":["g"],"from":{"product":[{"units":1,"outputActivation":"sigmoid","bias":false,
             "from":{"concat":[{"from":0},{"from":0,"delay":1},{"from":"self"}]}},{"from":0,"delay":1}]}},
           {"gates":["g"],"from":{"product":[{"units":1,"outputActivation":"sigmoid","bias":false,
             "from":{"concat":[{"from":0},{"from":0,"delay":1},{"from":"self"}]}},{"from":"self"}]}}]}]})"},
    {"deep-gated-lstm", "Deep-gated LSTM", "The gates read the previous state through a hidden layer of their own.",
     "a = tanh(W₁·h₋ + U₁·x);  i, f, g, o from W₂·a + U₂·x", "Zhang et al., Dive into Deep Learning 9.3",
     R"({"layers":[{"cell":"lstm","units":H,"edges":[{"from":"input","delay":0},
           {"from":"self","delay":1,"hidden":[H],"activation":"tanh","join":"all"}]}]})"},
    {"leaky-rnn", "Leaky RNN", "Units forget at different speeds, from at once to slowly: a spectrum of time scales.",
     "h = α∘h₋ + (1−α)∘tanh(U·x + W·h₋);  α from 0 to 0.95 over the units", "Mozer 1992; Jaeger et al. 2007",
     R"({"layers":[{"cell":"rnn","units":H,"leak":{"from":0,"to":0.95}}]})"},
    {"clockwork-rnn", "Clockwork RNN",
     "Groups of units tick at different periods, half of them at every step; slow groups speak to fast ones.",
     "group i changes when t mod Tᵢ = 0;  W block-triangular;  T = 1, 1, 2, 4", "Koutník et al. 2014",
     R"({"layers":[{"cell":"rnn","units":H,"clock":[1,1,2,4]}]})"},
    {"jordan-rnn", "Jordan RNN",
     "The only memory is of previous outputs: weaker than a hidden state, and easy to train.",
     "h = tanh(b + U·x + Σ_d W_d·y_{t−d}),  d = 1, 2, 3;  y is the target (teacher forcing) or softmax(o)",
     "Jordan 1986",
     R"({"layers":[{"cell":"rnn","units":H,"edges":[{"from":"input","delay":0},{"from":"output","delay":1},
           {"from":"output","delay":2},{"from":"output","delay":3}]}]})"},
    {"narx", "NARX network", "Outputs of several steps ago are fed back, so errors skip steps on their way.",
     "h = tanh(b + U·x + Σ_d W_d·y_{t−d}),  d = 1 … 5", "Lin et al. 1996",
     R"({"layers":[{"cell":"rnn","units":H,"edges":[{"from":"input","delay":0},{"from":"output","delay":1},
           {"from":"output","delay":2},{"from":"output","delay":3},{"from":"output","delay":4},
           {"from":"output","delay":5}]}]})"},
};

}  // namespace

std::span<const Preset> presets() {
  static const auto described = [] {
    auto all = std::to_array(list);
    for (Preset& p : all)
      if (const CellInfo* cell = p.cell ? find_cell(p.cell) : nullptr) {
        p.label = cell->label.data();
        p.sentence = cell->summary.data();
        p.equations = cell->equations.data();
        p.source = cell->source.data();
      }
    return all;
  }();
  return described;
}

Json preset_config(const std::string& name, Index hidden) {
  std::string names;
  for (const Preset& preset : presets()) {
    names += (names.empty() ? "" : ", ") + std::string(preset.name);
    if (name != preset.name) continue;
    std::string text = preset.config;
    for (const std::string from : {":H", "[H]"})
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
        text.replace(at, from.size(), from == ":H" ? phrase(":{}", {hidden}) : phrase("[{}]", {hidden}));
    return parse_json(text, ErrorCode::internal, name);
  }
  refuse_config("preset", "one of " + names, name);
}

}  // namespace unfold
