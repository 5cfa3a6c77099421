package import JSON

extension AgentMessage {
    /// An agent asks whether data flows to its endpoints: the server opens a stream to each as for a visitor, marked
    /// `ProxyHeader.isProbe`, and tells what came back (`docs/wire/agent-protocol.md`, "Probes").
    package struct Probe: AgentCall, Equatable {
        package typealias Answer = ProbeAnswer

        package static let streamType = StreamType.probe
        /// Binds of one probe; a server leaves out those beyond.
        package static let limit = 1000

        /// Ids of binds.
        package var ids: [String]

        package init(ids: [String]) {
            self.ids = ids
        }

        package init(json: JSONObject) throws(MessageError) {
            self.ids = try MessageFields(json).texts("Ids")
        }

        package var json: JSONObject { ["Ids": .array(self.ids.map(JSONValue.string))] }

        package static func refusal(_ error: String) -> JSONObject { ["Error": .string(error)] }
    }

    /// What came back from each bind.
    package struct ProbeAnswer: AgentAnswer, Equatable {
        package struct Result: Sendable, Equatable {
            package var id: String
            /// Why no data flows; empty where it does.
            package var error: String

            package init(id: String, error: String) {
                self.id = id
                self.error = error
            }
        }

        package var results: [Result]

        package init(results: [Result]) {
            self.results = results
        }

        package init(json: JSONObject) throws(MessageError) {
            self.results = []
            for result in try MessageFields(json).objects("Results") {
                self.results.append(Result(id: try result.text("Id"), error: try result.text("Error")))
            }
        }

        package var json: JSONObject {
            [
                "Error": "",
                "Results": .array(self.results.map { ["Id": .string($0.id), "Error": .string($0.error)] }),
            ]
        }
    }
}
