import Foundation
import Settings
import TestSupport
import Testing

@testable import AgentRuntime

/// The files of `Wrong/`, with the line, the code and the words of each of their problems beside them.
@Suite struct WrongFilesTests {
    static let folder = SharedMaterial.packageRoot.appending(
        path: "Tests/Agent/AgentRuntimeTests/Wrong",
        directoryHint: .isDirectory
    )

    /// Empty when the folder cannot be read, which the first test tells.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }.sorted()
    }()

    @Test func `There are sixty of them at least`() {
        #expect(Self.names.count >= 60)
    }

    @Test(arguments: Self.names) func `A wrong file gets the expected lines, codes and suggestions`(name: String) throws
    {
        let path = Self.folder.appending(path: "\(name).yml").path
        let expected = try String(contentsOf: Self.folder.appending(path: "\(name).expected"), encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2).map(String.init) }
        let location = ConfigurationLocation(flags: [path], environment: [:])
        let error = try #require(throws: AgentSettings.LoadingError.self) { try AgentSettings.check(location) }
        // The lines of problems begin with the path; those between show the text.
        let found = error.description.split(separator: "\n").map(String.init).filter { $0.hasPrefix(path) }
        #expect(found.count == expected.count, "\(name): \(error)")
        for (line, problem) in zip(expected, found) {
            try #require(line.count == 3)
            #expect(problem.hasPrefix("\(path):\(line[0]):"), "\(name): \(error)")
            #expect(problem.hasSuffix("(\(line[1]))"), "\(name): \(error)")
            #expect(problem.contains(line[2]), "\(name): \(error)")
        }
    }
}
