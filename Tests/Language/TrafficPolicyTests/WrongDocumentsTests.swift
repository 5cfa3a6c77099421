import Foundation
import Model
import TestSupport
import Testing
import TrafficPolicy

/// The documents of `Wrong/`, with the code and the place of each of their problems beside them.
@Suite struct WrongDocumentsTests {
    static let folder = SharedMaterial.packageRoot.appending(
        path: "Tests/Language/TrafficPolicyTests/Wrong",
        directoryHint: .isDirectory
    )

    /// Empty when the folder cannot be read, which the first test tells.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test func `There are a hundred of them at least`() {
        #expect(Self.names.count >= 100)
    }

    @Test(arguments: Self.names) func `A wrong document gets exactly the expected codes and places`(name: String) throws
    {
        let file = { (suffix: String) in Self.folder.appending(path: "\(name).\(suffix)", directoryHint: .notDirectory)
        }
        let text = try String(contentsOf: file("yaml"), encoding: .utf8)
        let expected = try String(contentsOf: file("expected"), encoding: .utf8).split(separator: "\n").map(String.init)
        do throws(PolicyErrors) {
            _ = try Policy(parsing: text)
            Issue.record("\(name): it was taken")
        } catch {
            let found = error.problems.map { "\($0.code.number) \($0.position)" }
            #expect(found.sorted() == expected.sorted(), "\(name): \(error)")
        }
    }
}
