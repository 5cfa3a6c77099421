// swift-tools-version: 6.2
import Foundation
import PackageDescription

// One program for each parser of outside bytes. Built by scripts/fuzz.sh, with every module instrumented.

/// What SwiftPM names the product's package: its folder, as an identifier. Targets that are part of it see its
/// `package` declarations (docs/decisions/0080-packages-beside.md).
let product = URL(filePath: Context.packageDirectory).deletingLastPathComponent().lastPathComponent.lowercased()
let productPackage = String(product.map { $0.isLetter || $0.isNumber ? $0 : "_" })

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-package-name", productPackage, "-parse-as-library"]),
]

func fuzzer(_ name: String, _ products: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "FuzzDriver",
            .product(name: "PorticoParts", package: "portico"),
            .product(name: "NIOCore", package: "swift-nio"),
        ] + products,
        packageAccess: false,
        swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
    )
}

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "portico", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(name: "FuzzDriver", packageAccess: false, swiftSettings: settings),
        fuzzer("Expressions"),
        fuzzer("Frames"),
        fuzzer("HTTP2"),
        fuzzer("Messages"),
        fuzzer("Policies"),
        fuzzer("Preambles"),
        fuzzer("Requests"),
        fuzzer("Responses"),
        fuzzer("Session", [.product(name: "NIOEmbedded", package: "swift-nio")]),
    ]
)
