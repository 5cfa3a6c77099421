import Conformance
import Foundation

/// `conformance SUITE [--dir FOLDER]`: runs published cases against this build.
///
/// Each case that fails is a line `FAIL name: reason`; the last line is always `N passed, N failed`.
enum Runner {
    private static let usage = """
        usage: conformance SUITE [--dir FOLDER]
               conformance all
               conformance --list
        """

    /// - Returns: what the process exits with: 0 when every case passed, 1 when one failed or none could be run, 2
    ///   for arguments that make no sense.
    static func run(_ arguments: [String]) -> Int32 {
        var names: [String] = []
        var folder: URL?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--list":
                for suite in Suite.all { print("\(suite.name)\t\(suite.title)") }
                return 0
            case "--dir":
                guard let path = rest.popFirst() else { return Self.refuse("--dir needs a folder") }
                folder = URL(filePath: path, directoryHint: .isDirectory)
            default:
                names.append(argument)
            }
        }
        guard names.count == 1, let name = names.first else { return Self.refuse("name one suite") }
        guard name != "all" || folder == nil else { return Self.refuse("--dir goes with one suite, not with all") }
        let suites = name == "all" ? Suite.all : Suite.named(name).map { [$0] } ?? []
        guard !suites.isEmpty else { return Self.refuse("there is no suite \"\(name)\"") }
        return Self.run(suites, folder: folder)
    }

    private static func run(_ suites: [Suite], folder: URL?) -> Int32 {
        var passed = 0
        var failed = 0
        for suite in suites {
            do {
                for result in try suite.run(folder: folder) {
                    guard let failure = result.failure else {
                        passed += 1
                        continue
                    }
                    failed += 1
                    print("FAIL \(suite.name)/\(result.name): \(failure)")
                }
            } catch {
                failed += 1
                print("FAIL \(suite.name): \(error)")
            }
        }
        print("\(passed) passed, \(failed) failed")
        return failed == 0 ? 0 : 1
    }

    private static func refuse(_ reason: String) -> Int32 {
        print("\(reason)\n\(Self.usage)")
        return 2
    }
}
