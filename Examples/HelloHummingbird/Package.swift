// swift-tools-version: 6.2
import PackageDescription

// A web application that gives itself a public URL: `swift run HelloHummingbird`.

let package = Package(
    name: "hello-hummingbird",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "portico", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .executableTarget(
            name: "HelloHummingbird",
            dependencies: [
                .product(name: "Portico", package: "portico"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        )
    ]
)
