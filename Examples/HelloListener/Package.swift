// swift-tools-version: 6.2
import PackageDescription

// A program that serves a public URL by itself, with no port open: `swift run HelloListener`.

let package = Package(
    name: "hello-listener",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "portico", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "HelloListener",
            dependencies: [
                .product(name: "Portico", package: "portico"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        )
    ]
)
