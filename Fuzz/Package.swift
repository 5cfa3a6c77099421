// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The fuzz targets behind libFuzzer, in one program. Built by scripts/fuzz.sh, with every module instrumented. What they
// check lies in Tests/Support/FuzzTargets, where `make test` shows them inputs without the fuzzer.

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

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "portico", path: "..")],
    targets: [
        .executableTarget(
            name: "Fuzzer",
            dependencies: [.product(name: "PorticoFuzzTargets", package: "portico")],
            packageAccess: false,
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        )
    ]
)
