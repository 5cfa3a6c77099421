import Testing

@testable import AgentUpdate

struct VersionTests {
    /// From the oldest to the newest (semver.org 2.0.0, 11).
    private static let ordered = [
        "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ]

    @Test func `Versions have the order of their numbers, previews before what they are of`() throws {
        let versions = try Self.ordered.map { try #require(Version($0)) }
        for (index, version) in versions.enumerated() {
            for (other, second) in versions.enumerated() {
                #expect((version < second) == (index < other), "\(Self.ordered[index]) and \(Self.ordered[other])")
            }
        }
        #expect(Version("1.0.0+a") == Version("1.0.0+b"))
        #expect(Version("1.0.0+a") != nil)
    }

    @Test(arguments: [
        "", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1..3", "-1.2.3", "1.2.3-", "1234567890.0.0", "1.2.3 ",
    ])
    func `What is no version is none`(text: String) {
        #expect(Version(text) == nil)
    }
}
