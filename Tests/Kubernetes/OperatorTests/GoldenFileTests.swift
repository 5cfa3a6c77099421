import Foundation
import JSON
import KubernetesClient
import Operator
import TestSupport
import Testing

/// The cases of `Golden/`: what a cluster has, and what the operator makes of it. They are named after the cases of
/// `spec/kubernetes-tests.md` whose translation they are.
///
/// `PORTICO_WRITE_GOLDEN=1` writes what is made in place of comparing it: read the difference before it is kept.
@Suite struct GoldenFileTests {
    static let folder = SharedMaterial.packageRoot.appending(
        path: "Tests/Kubernetes/OperatorTests/Golden",
        directoryHint: .isDirectory
    )

    /// Empty when the folder cannot be read, which the first test tells.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".in.yaml") }.map { String($0.dropLast(8)) }.sorted()
    }()

    static let isWriting = ProcessInfo.processInfo.environment["PORTICO_WRITE_GOLDEN"] == "1"

    @Test func `There are forty cases at least`() {
        #expect(Self.names.count >= 40)
    }

    @Test(arguments: Self.names) func `A cluster becomes what its file says`(name: String) throws {
        let input = try String(contentsOf: Self.file("\(name).in.yaml"), encoding: .utf8)
        let reading = try SnapshotReading(yaml: input)
        let translation = Translator(reading.options).translate(reading.snapshot)
        let made = translation.json.lines + "\n"
        let place = Self.file("\(name).out.json")
        guard !Self.isWriting else {
            try made.write(to: place, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOf: place, encoding: .utf8)
        #expect(made == expected, "\(name): PORTICO_WRITE_GOLDEN=1 writes what is made")
    }

    @Test(arguments: Self.names) func `The order of objects does not matter`(name: String) throws {
        let input = try String(contentsOf: Self.file("\(name).in.yaml"), encoding: .utf8)
        let reading = try SnapshotReading(yaml: input)
        let documents = input.components(separatedBy: "\n---\n")
        let reversed = try SnapshotReading(yaml: documents.reversed().joined(separator: "\n---\n"))
        let translator = Translator(reading.options)
        #expect(translator.translate(reading.snapshot) == translator.translate(reversed.snapshot))
    }

    /// Nothing that is made is refused by the edge's own checks, and names are names.
    @Test(arguments: Self.names) func `Endpoints have names of their own and URLs of their own`(name: String) throws {
        let input = try String(contentsOf: Self.file("\(name).in.yaml"), encoding: .utf8)
        let reading = try SnapshotReading(yaml: input)
        let endpoints = Translator(reading.options).translate(reading.snapshot).endpoints
        #expect(Set(endpoints.map { "\($0.namespace)/\($0.name)" }).count == endpoints.count)
        #expect(Set(endpoints.map(\.url)).count == endpoints.count)
        #expect(endpoints.allSatisfy { $0.name.utf8.count <= 63 && !$0.owners.isEmpty })
    }

    private static func file(_ name: String) -> URL {
        Self.folder.appending(path: name, directoryHint: .notDirectory)
    }
}
