// The tensor level for JavaScript: one class. Every call takes JSON and one array of numbers, and answers with JSON and
// one array: tensors one after the other, in the order that each call names.
#include <emscripten/bind.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "reply.h"
#include "unfold/api/describe.h"
#include "unfold/api/tensor.h"
#include "unfold/base/json_list.h"
#include "unfold/base/json_reader.h"

namespace unfold {
namespace {

using emscripten::val;

/// Parts an array into what was put together.
class Parts {
 public:
  Parts(const std::vector<Real>& all, const Json& sizes) : left_(all), sizes_(sizes) {}
  std::span<const Real> take() {
    const std::size_t size = std::min(std::size_t(sizes_.at(next_++).get<std::int64_t>()), left_.size());
    const auto part = left_.first(size);
    left_ = left_.subspan(size);
    return part;
  }
  std::vector<Real> copy() {
    const auto part = take();
    return {part.begin(), part.end()};
  }

 private:
  std::span<const Real> left_;
  const Json& sizes_;
  std::size_t next_ = 0;
};

Index whole(const Json& json, const char* name) { return Index(member(json, name).get<std::int64_t>()); }

void append(std::vector<Real>& all, const std::vector<Real>& more) { all.insert(all.end(), more.begin(), more.end()); }

val with_numbers(const Json& value, const std::vector<Real>& numbers) {
  val result = reply(true, value);
  set_bytes(result, std::as_bytes(std::span(numbers)));
  return result;
}

class BoundNetwork {
 public:
  /// → {config, outputs, maxInputDelay, pytorchNames, layers: [[units, maxDelay, states, direction], …], names,
  /// shapes}.
  val create(const std::string& config, const val&) {
    return guarded([&] {
      network_.reset();
      network_ = std::make_unique<TensorNetwork>(parse_config(config));
      return reply(true, info());
    });
  }

  /// describe(); where the parameters have PyTorch's names, `tensor` and `column` say which of these holds each one.
  val graph(const std::string&, const val&) {
    return guarded([&] {
      Json graph = describe(network().config(), 0);
      if (!network_->pytorch_names()) return reply(true, graph);
      for (Json& parameter : graph["parameters"])
        for (const NamedTensor& t : network_->parameters()) {
          Index column = 0;
          for (const NamedTensor::Part& part : t.parts) {
            if (part.offset == parameter["offset"].get<Size>())
              put(parameter, {{"tensor", t.name}, {"column", column}});
            column += part.cols;
          }
        }
      return reply(true, graph);
    });
  }

  /// {steps, columns, lengths, training, sizes of x, context, state.values and state.inputs, clock (null: no state)},
  /// the numbers of these sizes → {clock}; y, state.values, state.inputs.
  val forward(const std::string& options, const val& numbers) {
    return guarded([&] {
      const Json json = parsed(options);
      const std::vector<Real> all = copied_numbers(numbers);
      Parts parts(all, member(json, "sizes"));
      TensorNetwork::Inputs in{.steps = whole(json, "steps"), .columns = whole(json, "columns"), .x = parts.take()};
      in.context = parts.take();
      in.training = whole(json, "training") != 0;
      for (const Json& length : member(json, "lengths")) in.lengths.push_back(Index(length.get<std::int64_t>()));
      State state;
      if (!member(json, "clock").is_null()) {
        state.values = parts.copy();
        state.inputs = parts.copy();
        state.clock = whole(json, "clock");
        in.state = &state;
      }
      TensorNetwork::Outputs out = network().forward(in);
      append(out.y, out.state.values);
      append(out.y, out.state.inputs);
      return with_numbers(object({{"clock", out.state.clock}}), out.y);
    });
  }

  /// {sizes of dy, dstate.values and dstate.inputs} (no values: the loss does not read the state), their numbers → dx,
  /// dcontext, dstate.values, dstate.inputs.
  val backward(const std::string& options, const val& numbers) {
    return guarded([&] {
      const std::vector<Real> all = copied_numbers(numbers);
      const Json json = parsed(options);
      Parts parts(all, member(json, "sizes"));
      const std::span<const Real> dy = parts.take();
      State dstate;
      dstate.values = parts.copy();
      dstate.inputs = parts.copy();
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

  /// {names, sizes}.
  val set_tensors(const std::string& options, const val& numbers) {
    return guarded([&] {
      const std::vector<Real> all = copied_numbers(numbers);
      const Json json = parsed(options);
      Parts parts(all, member(json, "sizes"));
      for (const Json& name : member(json, "names"))
        network().set_parameter(name.get_ref<const std::string&>(), parts.take());
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
      Json json;
      json["gradientNorm"] = norm.value;
      json["step"] = network_->steps();
      return reply(true, json);
    });
  }

 private:
  static Json parsed(const std::string& text) { return parse_json(text, ErrorCode::invalid_argument, "options"); }

  TensorNetwork& network() {
    if (!network_) throw Error(ErrorCode::invalid_state, "network", "a network (create)", "none");
    return *network_;
  }

  Json info() const {
    Json layers = Json::array(), states = layers, names = layers, shapes = layers;
    for (const TensorLayer& l : network_->layers()) {
      layers.push_back(list_json(std::initializer_list<Index>{l.units, l.max_delay, l.direction}));
      states.push_back(names_json(l.states));
    }
    for (const NamedTensor& t : network_->parameters()) {
      names.push_back(t.name);
      shapes.push_back(t.vector ? list_json(std::initializer_list<Index>{t.rows})
                                : list_json(std::initializer_list<Index>{t.rows, t.cols}));
    }
    return object({{"config", to_json(network_->config())},
                   {"outputs", network_->outputs()},
                   {"maxInputDelay", network_->max_input_delay()},
                   {"pytorchNames", network_->pytorch_names()},
                   {"layers", layers},
                   {"states", states},
                   {"names", names},
                   {"shapes", shapes}});
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
      .function("graph", &BoundNetwork::graph)
      .function("forward", &BoundNetwork::forward)
      .function("backward", &BoundNetwork::backward)
      .function("tensors", &BoundNetwork::tensors)
      .function("setTensors", &BoundNetwork::set_tensors)
      .function("zeroGradients", &BoundNetwork::zero_gradients)
      .function("step", &BoundNetwork::step);
}
