import Testing

@testable import Operator

@Suite struct NamesPlanTests {
    private func state(_ names: [String: String?] = [:], certificates: [String: String] = [:]) -> NamesState {
        NamesState(
            names: names.reduce(into: [:]) { records, name in
                records[name.key] = NameRecord(
                    id: "rd_\(name.key)",
                    domain: name.key,
                    cnameTarget: nil,
                    certificate: name.value
                )
            },
            certificates: certificates
        )
    }

    private func steps(_ state: NamesState, _ wished: [String: String?]) -> [NamesPlan.Step] {
        NamesPlan(from: state, to: wished).steps
    }

    @Test func `A new name is reserved, and gets its certificate behind that`() {
        let steps = self.steps(self.state(), ["a": "f1", "b": nil])
        #expect(
            steps == [
                .reserve(domain: "a"), .reserve(domain: "b"), .upload(fingerprint: "f1"),
                .attach(domain: "a", fingerprint: "f1"),
            ]
        )
    }

    @Test func `What is as it should be stays`() {
        let state = self.state(["a": "cert_1", "b": nil, "theirs": "cert_9"], certificates: ["f1": "cert_1"])
        #expect(self.steps(state, ["a": "f1", "b": nil]).isEmpty)
    }

    @Test func `A renewed certificate is attached before the old one goes`() {
        let state = self.state(["a": "cert_1"], certificates: ["f1": "cert_1"])
        #expect(
            self.steps(state, ["a": "f2"]) == [
                .upload(fingerprint: "f2"), .attach(domain: "a", fingerprint: "f2"), .discard(fingerprint: "f1"),
            ]
        )
    }

    @Test func `A certificate that nobody wishes for goes, and the name stays`() {
        let state = self.state(["a": "cert_1", "b": "cert_1"], certificates: ["f1": "cert_1"])
        #expect(
            self.steps(state, ["a": nil]) == [
                .detach(domain: "a"), .detach(domain: "b"), .discard(fingerprint: "f1"),
            ]
        )
    }

    @Test func `A certificate that somebody else attached stays`() {
        #expect(self.steps(self.state(["a": "cert_9"]), ["a": nil]).isEmpty)
    }
}
