// swift-tools-version: 6.2
import Foundation
import PackageDescription

let parent = URL(filePath: Context.packageDirectory).deletingLastPathComponent().lastPathComponent
let flags: [SwiftSetting] = [.unsafeFlags(["-package-name", parent.lowercased()])]
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "portico", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Wire",
            dependencies: [
                .product(name: "PorticoParts", package: "portico"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Wire",
            packageAccess: false,
            swiftSettings: flags,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    ]
)
