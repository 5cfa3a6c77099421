// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The package is a table. A module is a row: the room (folder) that it stands in, its name, the modules that it
// uses and the products of other packages that it uses. Paths are computed; a module that uses one listed after it,
// or one of a room that its own may not use, stops the build here. docs/architecture.md draws the rooms.

/// Behind each room: the rooms that it may use beside itself.
let rooms: [(name: String, uses: Set<String>)] = [
    ("System", []),
    ("Base", ["System"]),
    ("Language", ["System", "Base"]),
    ("Wire", ["Base", "Language"]),
    ("API", ["Base"]),
    ("Trust", ["System", "Base"]),
    ("Observe", ["System", "Base", "Wire"]),
    ("DataPlane", ["System", "Base", "Language", "Wire", "Trust", "Observe"]),
    ("ControlPlane", ["System", "Base", "Language", "Wire", "API", "Trust", "Observe"]),
    ("Agent", ["Base", "Language", "Wire", "API", "Trust", "Observe"]),
    ("Kubernetes", ["Base", "Language", "API", "Trust", "Observe", "Agent"]),
    (
        "Programs",
        Set([
            "Base", "Language", "Wire", "API", "Trust", "Observe", "DataPlane", "ControlPlane", "Agent", "Kubernetes",
        ])
    ),
]

/// A product of another package, by the name that imports use.
enum Product: String {
    case NIOCore, NIOPosix, NIOTLS, NIOHTTP1, NIOEmbedded, NIOConcurrencyHelpers, NIOSSL, NIOExtras
    case Logging, Crypto, CryptoExtras, X509, SwiftASN1, GRDB, Yams, TOMLKit, ArgumentParser, DequeModule
    case ServiceLifecycle, UnixSignals, Hummingbird, HummingbirdCore, HTTPTypes, NIOHPACK, Mustache, AsyncHTTPClient

    var package: String {
        switch self {
        case .NIOCore, .NIOPosix, .NIOTLS, .NIOHTTP1, .NIOEmbedded, .NIOConcurrencyHelpers: "swift-nio"
        case .NIOSSL: "swift-nio-ssl"
        case .NIOHPACK: "swift-nio-http2"
        case .NIOExtras: "swift-nio-extras"
        case .Logging: "swift-log"
        case .Crypto, .CryptoExtras: "swift-crypto"
        case .X509: "swift-certificates"
        case .SwiftASN1: "swift-asn1"
        case .GRDB: "GRDB.swift"
        case .Yams: "Yams"
        case .TOMLKit: "TOMLKit"
        case .ArgumentParser: "swift-argument-parser"
        case .ServiceLifecycle, .UnixSignals: "swift-service-lifecycle"
        case .DequeModule: "swift-collections"
        case .Hummingbird, .HummingbirdCore: "hummingbird"
        case .HTTPTypes: "swift-http-types"
        case .Mustache: "swift-mustache"
        case .AsyncHTTPClient: "async-http-client"
        }
    }
}

/// Where each package comes from, and the first version that is good enough.
let packages: [String: (url: String, from: Version)] = [
    "swift-nio": ("https://github.com/apple/swift-nio", "2.101.2"),
    "swift-nio-ssl": ("https://github.com/apple/swift-nio-ssl", "2.37.6"),
    "swift-nio-http2": ("https://github.com/apple/swift-nio-http2", "1.38.0"),
    "swift-nio-extras": ("https://github.com/apple/swift-nio-extras", "1.35.2"),
    "swift-log": ("https://github.com/apple/swift-log", "1.16.2"),
    "swift-crypto": ("https://github.com/apple/swift-crypto", "4.5.2"),
    "swift-certificates": ("https://github.com/apple/swift-certificates", "1.21.1"),
    "swift-asn1": ("https://github.com/apple/swift-asn1", "1.7.4"),
    "GRDB.swift": ("https://github.com/groue/GRDB.swift", "7.10.0"),
    "Yams": ("https://github.com/jpsim/Yams", "6.2.2"),
    "TOMLKit": ("https://github.com/LebJe/TOMLKit", "0.6.0"),
    "swift-argument-parser": ("https://github.com/apple/swift-argument-parser", "1.8.2"),
    "swift-service-lifecycle": ("https://github.com/swift-server/swift-service-lifecycle", "2.13.0"),
    "hummingbird": ("https://github.com/hummingbird-project/hummingbird", "2.28.1"),
    "swift-mustache": ("https://github.com/hummingbird-project/swift-mustache", "2.1.1"),
    "async-http-client": ("https://github.com/swift-server/async-http-client", "1.37.0"),
    "swift-http-types": ("https://github.com/apple/swift-http-types", "1.8.0"),
    "swift-collections": ("https://github.com/apple/swift-collections", "1.6.0"),
]

enum Form {
    case library
    /// A program; the string is what people type.
    case program(String)
    /// C, or C++ behind a C header, over libraries of the system, which it is linked with. Libraries that it opens itself find
    /// functions of `shows` before those of the same name that they stand on.
    case system([String], shows: [String] = [])
}

struct Module {
    /// `room/name`.
    var place: String
    var form = Form.library
    var uses: [String] = []
    var products: [Product] = []
    /// The products that only its tests use; nil where it has no tests of its own.
    var tests: [Product]? = []
    /// The modules that only its tests use.
    var testUses: [String] = []
    /// The folders below its tests that hold data, which tests read in place.
    var testData: [String] = []
    /// The folders below it whose files become part of the program.
    var embedded: [String] = []

    var room: String { String(self.place.prefix { $0 != "/" }) }
    var name: String { String(self.place.drop { $0 != "/" }.dropFirst()) }
}

let modules: [Module] = [
    // Archives, not shared libraries: a release runs where they are not installed.
    Module(place: "System/CRE2", form: .system([":libre2.a"]), tests: nil),
    Module(place: "System/CZlib", form: .system([":libz.a"]), tests: nil),
    Module(
        place: "System/CBrotli",
        form: .system([":libbrotlienc.a", ":libbrotlidec.a", ":libbrotlicommon.a"]),
        tests: nil
    ),
    Module(place: "System/CZstd", form: .system([":libzstd.a"]), tests: nil),
    Module(place: "System/CMaxMindDB", form: .system([":libmaxminddb.a"]), tests: nil),
    Module(place: "System/CMalloc", form: .system([]), tests: nil),
    // Finds the shared library when it is wanted: the archive would want those of TLS, Kerberos and LDAP beside it.
    Module(place: "System/CPostgres", form: .system([]), tests: nil),
    Module(
        place: "System/CModSecurity",
        form: .system([], shows: ["pcre2_match_8", "pcre2_jit_match_8"]),
        tests: nil
    ),
    // The same for Kafka, to which few edges send events.
    Module(place: "System/CKafka", form: .system([]), tests: nil),
    // The same for SSH, which only an edge with a listener for it speaks.
    Module(place: "System/CLibSSH", form: .system([]), tests: nil),
    Module(place: "Base/Addressing"),
    Module(place: "Base/JSON"),
    Module(place: "Base/LinearRegex", uses: ["CRE2"]),
    Module(place: "Base/Model", uses: ["Addressing"]),
    Module(place: "Base/Settings", uses: ["Addressing", "Model"], products: [.Yams]),
    Module(place: "Language/Expression", uses: ["Addressing", "LinearRegex"], products: [.Crypto]),
    Module(
        place: "Language/TrafficPolicy",
        uses: ["Addressing", "Expression", "LinearRegex", "Model", "Settings"],
        products: [.Crypto],
        tests: [.Yams],
        testData: ["Wrong"]
    ),
    Module(place: "Wire/Preamble", uses: ["Addressing"], products: [.NIOCore, .Crypto], tests: [.NIOEmbedded]),
    Module(
        place: "Wire/Mux",
        products: [.NIOCore, .DequeModule],
        tests: [.NIOCore, .NIOEmbedded],
        testUses: ["Conformance"]
    ),
    Module(
        place: "Wire/AgentProtocol",
        uses: ["Addressing", "JSON", "Model", "Mux"],
        products: [.NIOCore, .DequeModule],
        tests: [.NIOCore, .NIOEmbedded],
        testUses: ["Conformance"]
    ),
    Module(place: "Wire/EdgeLink", uses: ["Addressing", "Model", "TrafficPolicy"], tests: nil),
    Module(place: "API/APITypes", uses: ["JSON", "Model"]),
    Module(
        place: "API/APIClient",
        uses: ["Addressing", "JSON", "Model", "Settings", "APITypes"],
        products: [.NIOCore, .NIOHTTP1, .NIOPosix, .NIOSSL],
        tests: [.NIOCore, .NIOPosix]
    ),
    Module(place: "Trust/Secrets", uses: ["Model"], products: [.Crypto, .CryptoExtras]),
    Module(
        place: "Trust/Certificates",
        uses: ["Addressing", "Model", "Secrets"],
        products: [.X509, .SwiftASN1, .Crypto],
        tests: [.CryptoExtras]
    ),
    Module(
        place: "Trust/PeerIdentity",
        products: [.NIOCore, .NIOSSL, .NIOTLS, .X509, .SwiftASN1],
        tests: [.NIOPosix],
        testUses: ["Addressing", "Certificates", "Model"]
    ),
    Module(
        place: "Trust/ACME",
        uses: ["Model", "Secrets", "PeerIdentity"],
        products: [.Crypto, .CryptoExtras, .X509, .SwiftASN1, .NIOCore, .NIOPosix, .NIOHTTP1, .NIOSSL],
        tests: [.NIOConcurrencyHelpers],
        testUses: ["Certificates"]
    ),
    Module(
        place: "Trust/ChallengeDNS",
        uses: ["Addressing", "Model"],
        products: [.NIOCore, .NIOPosix, .NIOConcurrencyHelpers]
    ),
    Module(place: "Trust/Federation", uses: ["JSON", "Model", "Secrets"], products: [.Crypto, .CryptoExtras]),
    Module(place: "Trust/SSHKeys", uses: ["Model"], products: [.Crypto, .CryptoExtras]),
    Module(
        place: "Trust/Firewall",
        uses: ["CModSecurity"],
        products: [.NIOCore, .NIOPosix, .NIOConcurrencyHelpers, .DequeModule]
    ),
    Module(place: "Observe/Events", uses: ["Addressing", "JSON", "Model"], products: [.NIOConcurrencyHelpers]),
    Module(place: "Observe/Telemetry", uses: ["CMalloc", "JSON", "Events"], testUses: ["Model"]),
    Module(place: "Observe/VisitorPages", tests: [.Crypto]),
    Module(place: "Observe/Inspection", products: [.NIOCore, .NIOHPACK, .DequeModule], tests: [.NIOHPACK]),
    Module(place: "Observe/WebComponents", tests: nil, embedded: ["Assets"]),
    Module(
        place: "Observe/Capture",
        uses: ["Addressing", "JSON", "Model", "Events"],
        products: [.NIOCore, .NIOConcurrencyHelpers]
    ),
    Module(place: "DataPlane/Routing", uses: ["Addressing", "Model", "EdgeLink"]),
    Module(
        place: "DataPlane/PolicyEngine",
        uses: [
            "CZlib", "CBrotli", "CZstd", "CMaxMindDB", "Addressing", "LinearRegex", "Expression", "Model",
            "TrafficPolicy", "JSON", "Secrets", "Federation", "Firewall",
        ],
        products: [.NIOCore, .Crypto, .X509, .SwiftASN1],
        tests: [.NIOEmbedded, .NIOPosix, .NIOConcurrencyHelpers],
        testData: ["WebhookFixtures"]
    ),
    Module(
        place: "DataPlane/Outbound",
        uses: ["Addressing", "Model", "Preamble", "PeerIdentity", "PolicyEngine"],
        products: [.NIOCore, .NIOPosix, .NIOHTTP1, .NIOSSL, .NIOTLS, .NIOConcurrencyHelpers],
        testUses: ["Secrets", "Certificates"]
    ),
    Module(
        place: "DataPlane/PolicyBench",
        uses: [
            "Addressing", "LinearRegex", "Model", "Expression", "TrafficPolicy", "Secrets", "Firewall", "Capture",
            "PolicyEngine",
        ],
        products: [.NIOCore, .NIOEmbedded]
    ),
    Module(
        place: "DataPlane/Proxy",
        uses: [
            "Addressing", "Expression", "Model", "TrafficPolicy", "EdgeLink", "Events", "Telemetry", "Capture",
            "Routing",
            "PolicyEngine", "VisitorPages",
        ],
        products: [.NIOCore, .NIOPosix, .DequeModule],
        tests: [.NIOConcurrencyHelpers, .NIOCore, .NIOEmbedded, .NIOHTTP1]
    ),
    Module(
        place: "DataPlane/Sessions",
        uses: ["Addressing", "JSON", "Model", "Preamble", "Mux", "AgentProtocol", "EdgeLink", "Proxy"],
        products: [.NIOCore, .NIOConcurrencyHelpers, .Logging],
        tests: [.NIOEmbedded]
    ),
    Module(
        place: "DataPlane/SSHGateway",
        uses: ["CLibSSH", "Addressing", "Model", "Preamble", "EdgeLink", "SSHKeys", "Proxy", "Sessions"],
        products: [.NIOCore, .NIOConcurrencyHelpers, .NIOPosix, .Logging]
    ),
    Module(
        place: "DataPlane/Edge",
        uses: [
            "Addressing", "Model", "Expression", "TrafficPolicy", "Preamble", "Certificates", "EdgeLink", "Telemetry",
            "Routing", "PolicyEngine", "Proxy", "Sessions", "SSHGateway",
        ],
        products: [.NIOCore, .NIOConcurrencyHelpers, .NIOPosix, .NIOTLS, .NIOSSL, .Logging],
        tests: nil
    ),
    Module(place: "ControlPlane/Store", uses: ["Model"], tests: nil),
    Module(
        place: "ControlPlane/SQLiteStore",
        uses: ["Model", "Secrets", "Store"],
        products: [.GRDB],
        testUses: ["StoreContract"]
    ),
    Module(
        place: "ControlPlane/PostgresStore",
        uses: ["CPostgres", "Model", "Store"],
        products: [.NIOConcurrencyHelpers, .NIOPosix],
        testUses: ["StoreContract", "TestDatabase"]
    ),
    Module(
        place: "ControlPlane/Backup",
        uses: ["Model", "Store"],
        products: [.Crypto],
        tests: [.Logging],
        testUses: ["Addressing", "Secrets", "Control", "PostgresStore", "SQLiteStore", "StoreContract", "TestDatabase"]
    ),
    Module(
        place: "ControlPlane/TrafficStore",
        uses: ["Addressing", "Model", "Expression", "Secrets", "Capture"],
        products: [.GRDB, .NIOCore, .NIOConcurrencyHelpers]
    ),
    Module(
        place: "ControlPlane/Control",
        uses: [
            "Addressing", "JSON", "Model", "Expression", "TrafficPolicy", "EdgeLink", "APITypes", "Secrets",
            "ACME", "ChallengeDNS", "Certificates", "SSHKeys", "Events", "Capture", "Store", "TrafficStore",
        ],
        products: [.NIOCore, .NIOConcurrencyHelpers, .Logging, .Crypto],
        testUses: ["SQLiteStore"]
    ),
    Module(
        place: "ControlPlane/EventDelivery",
        uses: ["CZlib", "CKafka", "Addressing", "JSON", "Model", "Secrets", "Events", "Store", "Control"],
        products: [.NIOCore, .NIOConcurrencyHelpers, .NIOPosix, .NIOSSL, .NIOTLS, .Crypto, .Logging],
        tests: [.NIOHTTP1],
        testUses: ["Certificates", "SQLiteStore"]
    ),
    Module(
        place: "ControlPlane/APIServer",
        uses: ["Addressing", "JSON", "Model", "APITypes", "Secrets", "Control"],
        products: [.Hummingbird, .HummingbirdCore, .HTTPTypes, .NIOCore, .NIOConcurrencyHelpers, .NIOSSL, .Logging],
        tests: [.NIOHTTP1, .NIOPosix, .ServiceLifecycle],
        testUses: ["ACME", "Certificates", "Events", "SSHKeys", "SQLiteStore", "Store", "TrafficPolicy", "EdgeLink"]
    ),
    Module(
        place: "ControlPlane/Dashboard",
        uses: [
            "Addressing", "JSON", "Model", "APITypes", "Secrets", "Federation", "Capture", "Telemetry", "WebComponents",
            "TrafficStore", "Control", "APIServer",
        ],
        products: [
            .Crypto, .Hummingbird, .HummingbirdCore, .HTTPTypes, .Mustache, .NIOCore, .NIOConcurrencyHelpers,
            .Logging, .ServiceLifecycle,
        ],
        tests: [.NIOHTTP1, .NIOPosix, .NIOSSL],
        testUses: ["Certificates", "EdgeLink", "SQLiteStore", "Store", "TrafficPolicy"],
        embedded: ["Templates", "Assets"]
    ),
    Module(
        place: "Agent/Portico",
        uses: [
            "Addressing", "JSON", "Model", "Mux", "AgentProtocol", "Certificates", "PeerIdentity", "Inspection",
            "VisitorPages",
        ],
        products: [.NIOCore, .NIOPosix, .NIOSSL, .NIOTLS, .DequeModule],
        tests: [.NIOEmbedded]
    ),
    Module(
        place: "Agent/AgentRuntime",
        uses: ["Addressing", "JSON", "Model", "Settings", "TrafficPolicy", "PeerIdentity", "Inspection", "Portico"],
        products: [.Yams, .TOMLKit, .NIOCore, .NIOPosix, .NIOHTTP1, .NIOSSL],
        testUses: ["Certificates"],
        testData: ["Wrong", "Imports"]
    ),
    Module(
        place: "Agent/AgentUpdate",
        uses: ["JSON", "Model", "Portico", "AgentRuntime"],
        products: [.Crypto, .NIOCore],
        tests: [.Crypto, .NIOCore, .NIOHTTP1, .NIOPosix, .NIOSSL],
        testUses: ["Addressing", "Certificates"]
    ),
    Module(place: "Agent/AgentService", uses: ["Model", "Portico"]),
    Module(
        place: "Agent/AgentDiagnosis",
        uses: ["Addressing", "JSON", "Model", "Portico", "AgentRuntime"],
        products: [.NIOCore, .NIOPosix],
        testUses: ["Certificates", "Edge", "EdgeTestSupport"]
    ),
    Module(
        place: "Agent/AgentConsole",
        uses: ["Inspection", "Portico", "AgentRuntime"],
        products: [.NIOCore, .NIOConcurrencyHelpers]
    ),
    Module(
        place: "Agent/AgentWeb",
        uses: ["Addressing", "JSON", "Model", "Inspection", "WebComponents", "Portico", "AgentRuntime"],
        products: [.Hummingbird, .HummingbirdCore, .HTTPTypes, .NIOCore, .NIOPosix, .Logging],
        embedded: ["Page"]
    ),
    Module(
        place: "Kubernetes/KubernetesClient",
        uses: ["JSON", "Model"],
        products: [
            .AsyncHTTPClient, .NIOCore, .NIOConcurrencyHelpers, .NIOHTTP1, .NIOPosix, .NIOSSL, .Logging, .Yams,
        ],
        testUses: ["TestCluster"]
    ),
    Module(
        place: "Kubernetes/Operator",
        uses: [
            "Addressing", "JSON", "LinearRegex", "Model", "TrafficPolicy", "APITypes", "APIClient", "Telemetry",
            "Portico", "KubernetesClient",
        ],
        products: [
            .Crypto, .Hummingbird, .HummingbirdCore, .HTTPTypes, .NIOCore, .NIOPosix, .Logging, .ServiceLifecycle,
        ],
        tests: [.Yams],
        testUses: ["PolicyBench", "PolicyEngine"],
        testData: ["Golden"]
    ),
    Module(
        place: "Programs/PorticoCLI",
        form: .program("portico"),
        uses: [
            "Addressing", "JSON", "Model", "Settings", "Expression", "TrafficPolicy", "APITypes", "APIClient",
            "PolicyBench",
            "Portico", "AgentRuntime", "AgentUpdate", "AgentService", "AgentDiagnosis", "AgentConsole", "AgentWeb",
        ],
        products: [.ArgumentParser],
        tests: []
    ),
    Module(
        place: "Programs/PorticoOperator",
        form: .program("portico-operator"),
        uses: ["Addressing", "Model", "APIClient", "Portico", "KubernetesClient", "Operator"],
        products: [.ArgumentParser, .Logging, .ServiceLifecycle, .UnixSignals],
        tests: nil
    ),
    Module(
        place: "Programs/EdgeProgram",
        uses: [
            "Addressing", "JSON", "Model", "Settings", "TrafficPolicy", "EdgeLink", "Secrets", "ACME", "ChallengeDNS",
            "Certificates", "Federation", "Firewall", "SSHKeys", "SSHGateway", "Events", "Telemetry", "Capture",
            "PolicyEngine", "PolicyBench", "Outbound", "Proxy", "Edge", "Store", "SQLiteStore", "PostgresStore",
            "TrafficStore", "Backup", "Control", "EventDelivery", "APIServer", "Dashboard",
        ],
        products: [
            .NIOCore, .NIOConcurrencyHelpers, .NIOPosix, .NIOHTTP1, .NIOSSL, .Logging, .ServiceLifecycle, .UnixSignals,
        ],
        tests: [.NIOEmbedded]
    ),
    Module(
        place: "Programs/PorticoEdge",
        form: .program("portico-edge"),
        uses: ["Model", "Settings", "SSHKeys", "Backup", "Control", "EdgeProgram"],
        products: [.ArgumentParser],
        tests: [.NIOCore, .NIOPosix, .NIOSSL],
        testUses: ["Certificates", "EdgeTestSupport", "TestDatabase"]
    ),
]

/// What tests share, and tests of whole programs. Everything may be used here.
let support: [Module] = [
    Module(place: "Support/TestSupport", products: [.NIOConcurrencyHelpers], tests: nil),
    Module(
        place: "Support/TestDatabase",
        uses: ["TestSupport"],
        products: [.NIOConcurrencyHelpers],
        tests: nil
    ),
    Module(
        place: "Support/TestCluster",
        uses: ["JSON", "Model", "TestSupport", "KubernetesClient"],
        products: [.Logging, .Yams],
        tests: nil
    ),
    Module(place: "Support/StoreContract", uses: ["Model", "Store"], tests: nil),
    Module(
        place: "Support/StoreWriter",
        form: .program("store-writer"),
        uses: ["Model", "Store", "SQLiteStore", "PostgresStore", "StoreContract"],
        tests: nil
    ),
    Module(
        place: "Support/Conformance",
        uses: ["Addressing", "JSON", "Model", "Expression", "Preamble", "Mux", "AgentProtocol", "TestSupport"],
        products: [.NIOCore, .NIOEmbedded],
        tests: nil
    ),
    Module(
        place: "Support/ConformanceRunner",
        form: .program("conformance"),
        uses: ["Conformance"],
        tests: nil
    ),
    Module(
        place: "Support/FuzzTargets",
        uses: [
            "Addressing", "JSON", "Expression", "TrafficPolicy", "Preamble", "Mux", "AgentProtocol", "PolicyEngine",
            "Proxy",
        ],
        products: [.NIOCore, .NIOEmbedded],
        tests: nil
    ),
    Module(place: "Support/FuzzInputs", form: .program("fuzz-inputs"), uses: ["FuzzTargets"], tests: nil),
    Module(
        place: "Support/EdgeTestSupport",
        uses: [
            "Addressing", "JSON", "Model", "EdgeLink", "Secrets", "Certificates", "Firewall", "Capture", "PolicyEngine",
            "Proxy", "Edge", "Store", "SQLiteStore", "TrafficStore", "Control", "APIServer", "Portico", "EdgeProgram",
        ],
        products: [.NIOCore, .NIOPosix, .NIOSSL, .NIOTLS, .Logging, .ServiceLifecycle],
        tests: nil
    ),
]

/// Tests that need more than one module's surroundings: real sockets, whole programs, published vectors.
let wholeTests: [(name: String, uses: [String], products: [Product])] = [
    ("ConformanceTests", ["Conformance", "TestSupport"], []),
    (
        "StoreCrashTests",
        ["Model", "Store", "SQLiteStore", "PostgresStore", "StoreContract", "StoreWriter", "TestDatabase"], []
    ),
    (
        "KubernetesTests",
        [
            "Addressing", "JSON", "Model", "APIClient", "Certificates", "Control", "Portico", "KubernetesClient",
            "Operator", "EdgeTestSupport", "TestCluster",
        ],
        [.NIOConcurrencyHelpers]
    ),
    (
        "SystemTests",
        [
            "Addressing", "Expression", "JSON", "Model", "TrafficPolicy", "EdgeLink", "Events", "Telemetry",
            "Capture", "PolicyEngine", "PolicyBench", "Outbound", "Proxy", "Secrets", "ACME", "ChallengeDNS",
            "Certificates",
            "Federation", "Firewall", "SSHKeys", "SSHGateway", "Edge", "Store", "TrafficStore", "Control",
            "EventDelivery", "EdgeProgram",
            "Portico",
            "EdgeTestSupport",
            "TestSupport",
        ],
        [.NIOCore, .NIOPosix, .NIOSSL, .NIOTLS, .NIOEmbedded, .NIOConcurrencyHelpers, .Crypto, .Logging]
    ),
]

// MARK: - From the table to targets

/// `PORTICO_MODULES=Mux,Routing swift test` builds these, what they stand on and their tests, and nothing else.
let chosen: Set<String>? = {
    guard let names = ProcessInfo.processInfo.environment["PORTICO_MODULES"], !names.isEmpty else { return nil }
    let all = Dictionary(uniqueKeysWithValues: (modules + support).map { ($0.name, $0) })
    var todo = names.split(separator: ",").map(String.init)
    var found: Set<String> = []
    let asked = Set(todo)
    while let name = todo.popLast() {
        if let test = wholeTests.first(where: { $0.name == name }) {
            todo += test.uses
            continue
        }
        guard let module = all[name] else { preconditionFailure("PORTICO_MODULES names \(name), which is no module") }
        guard found.insert(name).inserted else { continue }
        todo += module.uses
        if asked.contains(name), module.tests != nil { todo += module.testUses + ["TestSupport"] }
    }
    return found
}()
let asked = Set((ProcessInfo.processInfo.environment["PORTICO_MODULES"] ?? "").split(separator: ",").map(String.init))

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
]

/// How the programs are linked as they are shipped. What a static program has mapped counts as its memory: without a
/// table of symbols that nobody asks for, and with relocations in the packed form, that is 8 MB less at the start.
let linkerWords = ["--no-export-dynamic", "-z", "pack-relative-relocs"].flatMap { ["-Xlinker", $0] }
let programLinking: [LinkerSetting] = [
    .unsafeFlags(["-use-ld=lld"] + linkerWords, .when(platforms: [.linux], configuration: .release))
]

var targets: [Target] = []
var programs: [PackageDescription.Product] = []
var usedPackages: Set<String> = []
var listed: [String: String] = [:]

@MainActor
func dependencies(_ uses: [String], _ products: [Product]) -> [Target.Dependency] {
    usedPackages.formUnion(products.map(\.package))
    return uses.map { .target(name: $0) } + products.map { .product(name: $0.rawValue, package: $0.package) }
}

for module in modules + support {
    let allowed = rooms.first { $0.name == module.room }?.uses.union([module.room])
    precondition(allowed != nil || module.room == "Support", "\(module.name) stands in no known room: \(module.room)")
    for use in module.uses {
        guard let room = listed[use] else {
            preconditionFailure("\(module.name) uses \(use), which is not listed before it")
        }
        precondition(allowed?.contains(room) ?? true, "\(module.name) (\(module.room)) may not use \(use) (\(room))")
    }
    listed[module.name] = module.room
    guard chosen?.contains(module.name) ?? true else { continue }

    let path = module.room == "Support" ? "Tests/Support/\(module.name)" : "Sources/\(module.room)/\(module.name)"
    let needs = dependencies(module.uses, module.products)
    switch module.form {
    case .library:
        targets.append(
            .target(
                name: module.name,
                dependencies: needs,
                path: path,
                resources: module.embedded.map { .embedInCode($0) },
                swiftSettings: settings
            )
        )
    case .program(let name):
        targets.append(
            .executableTarget(
                name: module.name,
                dependencies: needs,
                path: path,
                swiftSettings: settings,
                linkerSettings: programLinking
            )
        )
        programs.append(.executable(name: name, targets: [module.name]))
    case .system(let libraries, let shown):
        let shows = shown.flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] }
        targets.append(
            .target(
                name: module.name,
                dependencies: needs,
                path: path,
                cxxSettings: [.treatAllWarnings(as: .error)],
                linkerSettings: libraries.map { .linkedLibrary($0) }
                    + (shows.isEmpty ? [] : [.unsafeFlags(shows, .when(platforms: [.linux]))])
            )
        )
    }
    if let tests = module.tests, chosen == nil || asked.contains(module.name) {
        targets.append(
            .testTarget(
                name: "\(module.name)Tests",
                dependencies: dependencies(
                    [module.name] + module.uses + module.testUses + ["TestSupport"],
                    Array(Set(module.products + tests)).sorted { $0.rawValue < $1.rawValue }
                ),
                path: "Tests/\(module.room)/\(module.name)Tests",
                exclude: module.testData,
                swiftSettings: settings
            )
        )
    }
}

for test in wholeTests where chosen == nil || asked.contains(test.name) {
    targets.append(
        .testTarget(
            name: test.name,
            dependencies: dependencies(test.uses, test.products),
            path: "Tests/System/\(test.name)",
            swiftSettings: settings
        )
    )
}

/// `Portico` is for everyone. The others have nothing public: they are how Benchmarks and Fuzz, packages of their own,
/// reach what they measure and attack (docs/decisions/0080-packages-beside.md).
let libraries: [PackageDescription.Product] = [
    ("Portico", ["Portico"]), ("PorticoFuzzTargets", ["FuzzTargets"]),
    (
        "PorticoParts",
        ["Addressing", "JSON", "Expression", "TrafficPolicy", "Preamble", "Mux", "AgentProtocol", "Routing", "Proxy"]
    ),
].map { .library(name: $0, targets: $1) }

let package = Package(
    name: "portico",
    platforms: [.macOS(.v15)],
    products: programs + (chosen == nil ? libraries : []),
    dependencies: usedPackages.sorted().compactMap { name in
        packages[name].map { .package(url: $0.url, from: $0.from) }
    },
    targets: targets
)
