import Foundation
import Model
import Settings
import Testing

@testable import EdgeProgram

@Suite struct ConfigurationLoadingTests {
    @Test func `A file that was named must be there`() throws {
        let failure = try #require(throws: Failure.self) {
            try EdgeProgramConfiguration.load(file: "/nowhere/edge.yml", arguments: [], in: .fixed)
        }
        #expect(failure.code == .configurationUnreadable)
        #expect(failure.message.contains("/nowhere/edge.yml"))
    }

    @Test func `A usual file that isn't there is no error`() throws {
        let loaded = try EdgeProgramConfiguration.load(file: nil, arguments: ["--threads", "3"], in: .fixed)
        #expect(loaded.configuration.threads == 3)
    }

    @Test func `The strongest of the usual files is read, unless a variable or a flag names another`() async throws {
        try await withTemporaryFolder { folder in
            for (name, threads) in [("portico-edge.yml", 3), ("named.yml", 4), ("flag.yml", 5)] {
                try "threads: \(threads)".write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
            }
            var environment = ["XDG_CONFIG_HOME": folder]
            func threads(file: String? = nil) throws -> Int {
                let surroundings = Surroundings(cores: 1, isRoot: false, environment: environment)
                return try EdgeProgramConfiguration.load(file: file, arguments: [], in: surroundings).configuration
                    .threads
            }
            #expect(try threads() == 3)
            environment["PORTICO_EDGE_CONFIG"] = "\(folder)/named.yml"
            #expect(try threads() == 4)
            #expect(try threads(file: "\(folder)/flag.yml") == 5)
        }
    }

    @Test func `One mistake is told on one line with a code and what to do`() throws {
        let failure = try #require(throws: Failure.self) {
            try EdgeProgramConfiguration.load(file: nil, arguments: ["--base-domian", "a"], in: .fixed)
        }
        #expect(failure.code == .configurationInvalid)
        #expect(
            failure.description.hasPrefix(
                #"ERR_PORTICO_100201: unknown flag "--base-domian"; did you mean --base-domain? Correct the setting"#
            )
        )
    }
}
