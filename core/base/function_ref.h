// A reference to something that can be called, for the time of a call: two pointers, where std::function keeps a copy.
#pragma once

namespace unfold {

template <class>
class FunctionRef;

template <class R, class... A>
class FunctionRef<R(A...)> {
 public:
  template <class F>
  FunctionRef(const F& f)
      : what_(&f), run_([](const void* what, A... a) -> R { return (*static_cast<const F*>(what))(a...); }) {}
  R operator()(A... a) const { return run_(what_, a...); }

 private:
  const void* what_;
  R (*run_)(const void*, A...);
};

}  // namespace unfold
