// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Micro benchmarks of what happens for each request or frame: `swift package benchmark` in this folder.

/// What SwiftPM names the product's package: its folder, as an identifier. Targets that are part of it see its
/// `package` declarations (docs/decisions/0080-packages-beside.md).
let product = URL(filePath: Context.packageDirectory).deletingLastPathComponent().lastPathComponent.lowercased()
let productPackage = String(product.map { $0.isLetter || $0.isNumber ? $0 : "_" })

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "portico", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Without traits it needs no jemalloc; its malloc counts then read 0.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "DataPath",
            dependencies: [
                .product(name: "PorticoParts", package: "portico"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/DataPath",
            packageAccess: false,
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .unsafeFlags(["-package-name", productPackage, "-enforce-exclusivity=unchecked"]),
            ],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
        .executableTarget(
            name: "ExpressionTimes",
            dependencies: [.product(name: "PorticoParts", package: "portico")],
            path: "Benchmarks/ExpressionTimes",
            packageAccess: false,
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .unsafeFlags(["-package-name", productPackage, "-parse-as-library"]),
            ]
        ),
        .executableTarget(
            name: "PlannerTimes",
            dependencies: [
                .product(name: "PorticoParts", package: "portico"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/PlannerTimes",
            packageAccess: false,
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .unsafeFlags([
                    "-package-name", productPackage, "-enforce-exclusivity=unchecked", "-parse-as-library",
                ]),
            ]
        ),
    ]
)
