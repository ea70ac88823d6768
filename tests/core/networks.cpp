#include "networks.h"

#include <stdexcept>

namespace unfold::test {

const std::vector<NetworkCase>& networks() {
  static const std::vector<NetworkCase> list{
      {"rnn", R"("layers":[{"cell":"rnn","units":33}])"},
      {"rnn_relu_two_layers",
       R"("layers":[{"cell":"rnn","units":26,"activation":"relu","bias":"one"},
                    {"cell":"rnn","units":18,"activation":"sigmoid","bias":"none"}])"},
      {"lstm", R"("layers":[{"cell":"lstm","units":29}])"},
      {"lstm_two_layers", R"("layers":[{"cell":"lstm","units":24},{"cell":"lstm","units":17,"cellInput":"sigmoid"}])"},
      {"gru_after", R"("layers":[{"cell":"gru","units":27},{"cell":"gru","units":9,"bias":"one"}])"},
      {"gru_before", R"("layers":[{"cell":"gru","units":25,"reset":"before"}])"},
      {"peephole", R"("layers":[{"cell":"peephole-lstm","units":23}])"},
      {"coupled_gates", R"("layers":[{"cell":"coupled-lstm","units":22},{"cell":"mgu","units":15}])"},
      {"exponential_gates",
       R"("layers":[{"cell":"slstm","units":24,"edges":[{"from":"input"},{"from":"self","blocks":4}]}])"},
      {"forget_gate", R"("layers":[{"cell":"janet","units":23},{"cell":"janet","units":14,"inputControl":"coupled"}])"},
      {"gates_of_the_input",
       R"("layers":[{"cell":"mingru","units":24},{"cell":"minlstm","units":17,"candidate":"positive"},
            {"cell":"mingru","units":12,"candidate":"positive","edges":[{"from":1},{"from":"self"}]}])"},
      {"independent_units",
       R"("layers":[{"cell":"indrnn","units":25},{"cell":"sru","units":16},{"cell":"indrnn","units":13,
            "activation":"tanh","leak":0.2}])"},
      {"pooled_convolutions",
       R"("layers":[{"cell":"coupled-lstm","units":21,"cellOutput":"identity","edges":[{"from":"input"},
            {"from":"input","delay":1}]},{"cell":"coupled-lstm","units":18,"cellOutput":"identity","bias":"one",
            "edges":[{"from":0},{"from":0,"delay":1}]}])"},
      {"multiplicative",
       R"("layers":[{"cell":"lstm","units":19,"edges":[{"from":"input"},{"from":{"product":[{"from":"input","units":14,
            "bias":false},{"from":"self","units":14,"outputActivation":"tanh"}]}}]}])"},
      {"states_of_another_layer",
       R"("layers":[{"cell":"lstm","units":15,"stateFrom":2},{"cell":"gru","units":12,"leak":0.2},
            {"cell":"lstm","units":15,"stateFrom":0,"zoneout":0.1}])"},
      {"highways",
       R"("embedding":9,"layers":[{"cell":"rnn","units":11},{"cell":"janet","units":13,"stateFrom":2},
            {"cell":"janet","units":13,"stateFrom":1,"inputControl":"coupled","edges":[{"from":"self"}]}])"},
      {"deep_transition",
       R"("layers":[{"cell":"rnn","units":21,"edges":[{"from":"input"},
            {"from":"self","hidden":[19,14],"shortcut":true,"join":"all"}]}])"},
      {"deep_transition_first",
       R"("layers":[{"cell":"rnn","units":21,"edges":[{"from":"input","hidden":[11],"activation":"relu"},
            {"from":"self","hidden":[19],"join":"first"}]}])"},
      {"deep_gates",
       R"("layers":[{"cell":"lstm","units":16,"edges":[{"from":"input","hidden":[13],"shortcut":true},
            {"from":"self","hidden":[15]}]},
          {"cell":"gru","units":14,"reset":"before","edges":[{"from":0},{"from":"self","hidden":[12],"join":"all"}]}])"},
      {"skips",
       R"("layers":[{"cell":"lstm","units":16},{"cell":"gru","units":15},{"cell":"rnn","units":14}],
          "skipInputs":true,"skipOutputs":true)"},
      {"delays",
       R"("layers":[{"cell":"rnn","units":20,"edges":[{"from":"input"},{"from":"input","delay":2},{"from":"self"},
            {"from":"self","delay":3}]},
          {"cell":"gru","reset":"before","units":13,"edges":[{"from":0},{"from":0,"delay":4},{"from":"self"},
            {"from":"self","delay":2}]}])"},
      {"no_one_step_edge",
       R"("layers":[{"cell":"lstm","units":22,"edges":[{"from":"input"},{"from":"self","delay":5}]}])"},
      {"leaky", R"("layers":[{"cell":"rnn","units":28,"leak":{"from":0.1,"to":0.95}}])"},
      {"leak_learned",
       R"("layers":[{"cell":"gru","units":20,"leak":{"from":0.2,"to":0.8,"learned":true}},
                    {"cell":"lstm","units":12,"leak":{"from":0.5,"learned":true}}])"},
      {"clocked",
       R"("layers":[{"cell":"rnn","units":30,"clock":[1,2,4,8]},{"cell":"lstm","units":16,"clock":[1,3],"leak":0.25}])"},
      {"deep_readout",
       R"("layers":[{"cell":"gru","units":20},{"cell":"rnn","units":16}],
          "readout":[{"from":1,"hidden":[14,11],"shortcut":true},{"from":0},{"from":"input"}])"},
      {"dropout", R"("layers":[{"cell":"lstm","units":20},{"cell":"gru","units":18}],"dropout":0.3)"},
      {"variational_dropout",
       R"("layers":[{"cell":"gru","units":20},{"cell":"rnn","units":18}],"dropout":0.3,"variationalDropout":true)"},
      {"recurrent_dropout",
       R"("layers":[{"cell":"lstm","units":17,"recurrentDropout":0.25},
            {"cell":"gru","reset":"before","units":15,"recurrentDropout":0.4}])"},
      {"zoneout",
       R"("layers":[{"cell":"lstm","units":18,"zoneout":{"hidden":0.05,"cell":0.4}},
            {"cell":"gru","units":15,"zoneout":0.2,"leak":{"from":0.3,"learned":true}}])"},
      {"layer_norm",
       R"("layers":[{"cell":"lstm","units":17,"layerNorm":true},{"cell":"gru","units":13,"layerNorm":true},
            {"cell":"gru","units":11,"reset":"before","layerNorm":true}])"},
      {"embedding_tied",
       R"("layers":[{"cell":"lstm","units":20},{"cell":"gru","units":14}],"embedding":14,"tieWeights":true)"},
      {"embedding_delayed",
       R"("embedding":12,"layers":[{"cell":"rnn","units":20,"edges":[{"from":"input"},{"from":"input","delay":3},
            {"from":"self"}]},{"cell":"rnn","units":10}],"skipInputs":true)"},
      {"residual",
       R"("embedding":18,"dropout":0.1,"layers":[{"cell":"gru","units":18,"residual":true},
            {"cell":"lstm","units":18,"residual":true},{"cell":"rnn","units":18,"residual":true}])"},
      {"feedback_of_targets",
       R"("layers":[{"cell":"rnn","units":22,"edges":[{"from":"input"},{"from":"output"},{"from":"output","delay":3}]}])"},
      {"feedback_of_outputs",
       R"("feedback":"softmax","layers":[{"cell":"lstm","units":16},{"cell":"rnn","units":18,
            "edges":[{"from":0},{"from":"self"},{"from":"output","hidden":[9]}]},{"cell":"gru","units":12}])"},
      {"sparse",
       R"("layers":[{"cell":"rnn","units":32}],"initialization":{"recurrent":"sparse","input":"he","readout":"uniform"})"},
  };
  return list;
}

const NetworkCase& network_named(const std::string& name) {
  for (const NetworkCase& network : networks())
    if (network.name == name) return network;
  throw std::out_of_range(name);
}

std::string config_of(const NetworkCase& network, const std::string& more) {
  return std::string("{") + network.fields + (more.empty() ? "" : ",") + more + "}";
}

}  // namespace unfold::test
