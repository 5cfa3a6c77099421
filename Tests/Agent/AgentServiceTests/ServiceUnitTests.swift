import Testing

@testable import AgentService

struct ServiceUnitTests {
    @Test(arguments: [
        ("/usr/bin/portico", "/usr/bin/portico"), ("/a b", "\"/a b\""), ("/100%/$HOME", "\"/100%%/$$HOME\""),
        ("/a\"b\\c", "\"/a\\\"b\\\\c\""), ("/ü", "\"/ü\""), ("/a;b", "\"/a;b\""),
    ])
    func `A word in ExecStart is the word again that it was`(word: String, written: String) {
        #expect(ServiceUnit.quoted(word) == written)
    }

    @Test func `A path that a unit cannot hold is refused`() {
        let unit = ServiceUnit(program: "/usr/bin/portico", configuration: "/etc/a\nExecStartPre=/bin/rm", user: "root")
        #expect(throws: (any Error).self) { try unit.text() }
    }

    @Test func `The unit runs the agent with its file, as its owner, and may do nothing else`() throws {
        let unit = ServiceUnit(program: "/usr/bin/portico", configuration: "/etc/portico.yml", user: "ada")
        let lines = try unit.text().split(separator: "\n")
        #expect(lines.contains("ExecStart=/usr/bin/portico service run --config /etc/portico.yml"))
        #expect(lines.contains("User=ada"))
        #expect(lines.contains("CapabilityBoundingSet=") && lines.contains("NoNewPrivileges=yes"))
        #expect(lines.contains("RestartPreventExitStatus=5"))
    }
}
