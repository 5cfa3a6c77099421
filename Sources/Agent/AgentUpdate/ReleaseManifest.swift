import Foundation
import JSON
import Model
import Portico

/// What a release is, as its publisher describes and signs it.
package struct ReleaseManifest: Sendable {
    /// The program for one kind of machine.
    package struct Program: Sendable {
        let system: String
        let architecture: String
        /// Relative to the manifest, or whole.
        let url: String
        let size: Int
        /// SHA-256.
        let digest: [UInt8]
    }

    /// Of the program, which is held in memory nowhere.
    static let mostBytes = 1 << 30

    package let version: Version
    package let versionText: String
    let channel: String
    let programs: [Program]

    /// - Throws: `.updateManifestInvalid`.
    init(_ bytes: [UInt8]) throws(PorticoError) {
        guard let object = try? JSONValue(reading: bytes).object, object["format"]?.integer == 1,
            let text = object["version"]?.string, let version = Version(text),
            let channel = object["channel"]?.string, let programs = object["programs"]?.array, programs.count <= 100
        else { throw Self.invalid("it is none of format 1") }
        self.version = version
        self.versionText = text
        self.channel = channel
        var read: [Program] = []
        for program in programs {
            guard let program = Program(program) else {
                throw Self.invalid("it describes a program that cannot be used")
            }
            read.append(program)
        }
        self.programs = read
    }

    /// The program for this kind of machine.
    func program() throws(PorticoError) -> Program {
        guard
            let program = self.programs.first(where: {
                $0.system == Machine.system && $0.architecture == Machine.architecture
            })
        else { throw Self.invalid("it has no program for \(Machine.system) on \(Machine.architecture)") }
        return program
    }

    static func invalid(_ reason: String) -> PorticoError {
        PorticoError(
            .protocolViolation,
            .updateManifestInvalid,
            "The description of the release cannot be used: \(reason)."
        )
    }
}

extension ReleaseManifest.Program {
    fileprivate init?(_ value: JSONValue) {
        guard let object = value.object, let system = object["os"]?.string, let architecture = object["arch"]?.string,
            let url = object["url"]?.string, url.utf8.count <= 1024, let size = object["size"]?.integer,
            (1...ReleaseManifest.mostBytes).contains(Int(size)),
            let digest = object["sha256"]?.string.flatMap(Hex.bytes),
            digest.count == 32
        else { return nil }
        self.init(system: system, architecture: architecture, url: url, size: Int(size), digest: digest)
    }
}

/// What this program runs on, in the words of releases.
enum Machine {
    static var system: String {
        #if os(macOS)
            "darwin"
        #else
            "linux"
        #endif
    }

    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}

enum Hex {
    /// nil where the text is not hexadecimal.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}
