import Addressing
import Benchmark
import EdgeLink
import Model
import Routing

/// Finding the pool of a host in a table of ten thousand names and a hundred wildcards.
func routingBenchmarks() {
    Benchmark("Routing.find.exact") { benchmark in
        try find("host-4711.portico.example", benchmark)
    }
    Benchmark("Routing.find.wildcard") { benchmark in
        try find("a.b.team-42.portico.example", benchmark)
    }
    Benchmark("Routing.find.unknown") { benchmark in
        try find("nobody.portico.example", benchmark)
    }
}

private func find(_ host: String, _ benchmark: Benchmark) throws {
    let table = try table.get()
    var host = host
    host.withUTF8 { bytes in
        let bytes = UnsafeRawBufferPointer(bytes)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(table.pool(for: .https, host: bytes)) }
        benchmark.stopMeasurement()
    }
}

/// Made once: to make and to free it takes longer than a thousand look-ups.
private let table = Result { try RoutingTable(EndpointTable(revision: 1, endpoints: endpoints())) }

private struct BadBenchmark: Error {}

private func endpoints() throws -> [RoutedEndpoint] {
    let names = (0..<10_000).map { "host-\($0).portico.example" } + (0..<100).map { "*.team-\($0).portico.example" }
    return try names.enumerated().map { number, name in
        guard let id = ResourceID<EndpointKind>("ep_\(number)"), let account = ResourceID<AccountKind>("ac_1") else {
            throw BadBenchmark()
        }
        return RoutedEndpoint(
            id: id,
            account: account,
            url: try EndpointURL(parsing: "https://\(name)"),
            isPooled: false,
            target: .address(host: "127.0.0.1", port: 80)
        )
    }
}
