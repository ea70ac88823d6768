// The tensor level for JavaScript: one class. Every call takes JSON and one array of numbers, and answers with JSON and
// one array: tensors one after the other, in the order that each call names.
#include <emscripten/bind.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "reply.h"
#include "tensor.h"

namespace unfold {
namespace {

using emscripten::val;

/// Parts an array into what was put together.
class Parts {
 public:
  explicit Parts(std::span<const Real> all) : left_(all) {}
  std::span<const Real> take(std::size_t size) {
    const auto part = left_.first(std::min(size, left_.size()));
    left_ = left_.subspan(part.size());
    return part;
  }
  std::vector<Real> copy(std::size_t size) {
    const auto part = take(size);
    return {part.begin(), part.end()};
  }

 private:
  std::span<const Real> left_;
};

void append(std::vector<Real>& all, const std::vector<Real>& more) { all.insert(all.end(), more.begin(), more.end()); }

val with_numbers(const Json& value, const std::vector<Real>& numbers) {
  val result = reply(true, value);
  set_bytes(result, std::as_bytes(std::span(numbers)));
  return result;
}

class BoundNetwork {
 public:
  /// → {config, inputs, outputs, context, inputLead, pytorchNames, layers, tensors}.
  val create(const std::string& config, const val&) {
    return guarded([&] {
      network_.reset();
      network_ = std::make_unique<TensorNetwork>(parse_config(config));
      return reply(true, info());
    });
  }

  /// {steps, columns, lengths, training, sizes: [x, context, values, inputs], clock (null: no state)}; the numbers of
  /// these sizes → {clock}; y, state.values, state.inputs.
  val forward(const std::string& options, const val& numbers) {
    return guarded([&] {
      const Json json = parsed(options);
      const std::vector<Real> all = copied_numbers(numbers);
      const auto sizes = json.at("sizes").get<std::vector<std::size_t>>();
      Parts parts(all);
      TensorNetwork::Inputs in{.steps = json.at("steps").get<Index>(),
                               .columns = json.at("columns").get<Index>(),
                               .x = parts.take(sizes.at(0)),
                               .lengths = json.at("lengths").get<std::vector<Index>>(),
                               .context = parts.take(sizes.at(1)),
                               .training = json.at("training").get<bool>()};
      TensorState state;
      if (!json.at("clock").is_null()) {
        state = {.values = parts.copy(sizes.at(2)), .inputs = parts.copy(sizes.at(3))};
        state.clock = json.at("clock").get<std::int64_t>();
        in.state = &state;
      }
      TensorNetwork::Outputs out = network().forward(in);
      append(out.y, out.state.values);
      append(out.y, out.state.inputs);
      return with_numbers(object({{"clock", out.state.clock}}), out.y);
    });
  }

  /// {sizes: [dy, values, inputs]}, no values: the loss does not read the state → dx, dcontext, dstate.values,
  /// dstate.inputs.
  val backward(const std::string& options, const val& numbers) {
    return guarded([&] {
      const std::vector<Real> all = copied_numbers(numbers);
      const auto sizes = parsed(options).at("sizes").get<std::vector<std::size_t>>();
      Parts parts(all);
      const std::span<const Real> dy = parts.take(sizes.at(0));
      const TensorState dstate{.values = parts.copy(sizes.at(1)), .inputs = parts.copy(sizes.at(2))};
      TensorNetwork::Gradients d = network().backward(dy, dstate.values.empty() ? nullptr : &dstate);
      append(d.x, d.context);
      append(d.x, d.state.values);
      append(d.x, d.state.inputs);
      return with_numbers(Json::object(), d.x);
    });
  }

  /// "parameters" or "gradients" → all of them, in the order of info.tensors.
  val tensors(const std::string& which, const val&) {
    return guarded([&] {
      std::vector<Real> all;
      for (const NamedTensor& t : network().parameters())
        append(all, which == "gradients" ? network_->gradient(t.name) : network_->parameter(t.name));
      return with_numbers(Json::object(), all);
    });
  }

  /// [[name, size], …].
  val set_tensors(const std::string& names, const val& numbers) {
    return guarded([&] {
      const std::vector<Real> all = copied_numbers(numbers);
      Parts parts(all);
      for (const Json& entry : parsed(names))
        network().set_parameter(entry.at(0).get<std::string>(), parts.take(entry.at(1).get<std::size_t>()));
      return reply(true, Json::object());
    });
  }

  val zero_gradients(const std::string&, const val&) {
    return guarded([&] {
      network().zero_gradients();
      return reply(true, Json::object());
    });
  }

  /// See parse_tensor_optimizer.
  val step(const std::string& options, const val&) {
    return guarded([&] {
      const Norm norm = network().step(parse_tensor_optimizer(parsed(options)));
      return reply(true, {{"gradientNorm", norm.value}, {"step", network_->steps()}});
    });
  }

 private:
  static Json parsed(const std::string& text) { return parse_json(text, ErrorCode::invalid_argument, "options"); }

  TensorNetwork& network() {
    if (!network_) throw Error(ErrorCode::invalid_state, "network", "a network (create)", "none");
    return *network_;
  }

  Json info() const {
    Json layers = Json::array(), tensors = Json::array();
    for (const TensorLayer& l : network_->layers())
      layers.push_back(object({{"hidden", l.hidden},
                               {"lead", l.lead},
                               {"cellState", l.cell_state},
                               {"direction", l.direction > 0 ? "forward" : "backward"}}));
    Index parameters = 0;
    for (const NamedTensor& t : network_->parameters()) {
      Json shape = Json::array({t.rows});
      if (!t.vector) shape.push_back(t.cols);
      tensors.push_back({t.name, shape});
      parameters += t.size();
    }
    return object({{"config", to_json(network_->config())},
                   {"inputs", network_->inputs()},
                   {"outputs", network_->outputs()},
                   {"context", network_->context_size()},
                   {"inputLead", network_->input_lead()},
                   {"parameters", parameters},
                   {"pytorchNames", network_->pytorch_names()},
                   {"layers", layers},
                   {"tensors", tensors}});
  }

  std::unique_ptr<TensorNetwork> network_;
};

}  // namespace
}  // namespace unfold

EMSCRIPTEN_BINDINGS(unfold_network) {
  using namespace unfold;
  emscripten::class_<BoundNetwork>("Network")
      .constructor()
      .function("create", &BoundNetwork::create)
      .function("forward", &BoundNetwork::forward)
      .function("backward", &BoundNetwork::backward)
      .function("tensors", &BoundNetwork::tensors)
      .function("setTensors", &BoundNetwork::set_tensors)
      .function("zeroGradients", &BoundNetwork::zero_gradients)
      .function("step", &BoundNetwork::step);
}
