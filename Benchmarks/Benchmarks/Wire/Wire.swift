import Benchmark
import EdgeLink
import Model

let benchmarks: @Sendable () -> Void = {
    Benchmark("x") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(Secret("x")) }
    }
}
