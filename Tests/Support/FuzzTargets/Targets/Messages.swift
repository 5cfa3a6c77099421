import JSON
import AgentProtocol
import NIOCore

/// Messages of the agent protocol: reading never traps, cutting changes nothing, and what was read and written again
/// reads as the same.
enum Messages: FuzzTarget {
    static func check(_ input: FuzzInput) {
        Self.checkBoundary(input)
        Self.checkHeader(input)
        Self.checkText(input)
        guard let object = try? JSONObject(message: ByteBuffer(bytes: input.bytes)) else { return }
        Self.checkJSON(object)
        Self.checkCalls(object)
    }

    /// Where a value ends does not depend on how it came, and what stands before the end is what the reader takes.
    private static func checkBoundary(_ input: FuzzInput) {
        let whole = Self.boundary([input.bytes[...]])
        claim(whole == Self.boundary(input.pieces), "cutting moved the end of a value")
    }

    private static func boundary(_ pieces: [ArraySlice<UInt8>]) -> Result<Int, JSONError>? {
        var boundary = JSONBoundary()
        var taken = 0
        do throws(JSONError) {
            for piece in pieces {
                if let count = try boundary.scan(ByteBuffer(bytes: piece).readableBytesView) {
                    claim((0...piece.count).contains(count), "a value ends outside of its bytes")
                    return .success(taken + count)
                }
                taken += piece.count
            }
            return nil
        } catch {
            return .failure(error)
        }
    }

    private static func checkHeader(_ input: FuzzInput) {
        let whole = Self.header([input.bytes[...]])
        claim(whole == Self.header(input.pieces), "cutting changed a proxy header")
        guard case .success(let header)? = whole else { return }
        var written = ByteBuffer()
        guard (try? header.writePreamble(into: &written)) != nil else { return }
        // The stream type comes first.
        written.moveReaderIndex(forwardBy: 4)
        var reader = ProxyHeaderReader()
        claim((try? reader.read(from: &written)) == header, "a proxy header did not survive writing")
    }

    private static func header(_ pieces: [ArraySlice<UInt8>]) -> Result<ProxyHeader, ProxyHeaderError>? {
        var reader = ProxyHeaderReader()
        do throws(ProxyHeaderError) {
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                if let header = try reader.read(from: &buffer) { return .success(header) }
            }
            return nil
        } catch {
            return .failure(error)
        }
    }

    private static func checkText(_ input: FuzzInput) {
        let text = String(decoding: input.bytes, as: UTF8.self)
        guard let parsed = ErrorText(parsing: text) else { return claim(text.isEmpty, "a text was lost") }
        claim(!parsed.wireText.isEmpty, "an error became a success")
    }

    private static func checkJSON(_ object: JSONObject) {
        var written = ByteBuffer()
        object.write(into: &written)
        claim((try? JSONObject(message: written)) == object, "JSON did not survive writing")
    }

    private static func checkCalls(_ object: JSONObject) {
        Self.check(AgentMessage.Auth.self, object)
        Self.check(AgentMessage.Bind.self, object)
        Self.check(AgentMessage.Unbind.self, object)
        Self.check(AgentMessage.StartTunnelWithLabel.self, object)
        Self.check(AgentMessage.PatchTunnelState.self, object)
        Self.check(AgentMessage.ServerInfo.self, object)
        _ = try? AgentMessage.AuthAnswer(json: object)
        _ = try? AgentMessage.BindAnswer(json: object)
        _ = try? AgentMessage.UnbindAnswer(json: object)
        _ = try? AgentMessage.LabelAnswer(json: object)
        _ = try? AgentMessage.ServerInfoAnswer(json: object)
    }

    /// What a call says about itself can be read again, and says the same.
    private static func check<Call: AgentCall>(_ type: Call.Type, _ object: JSONObject) {
        guard let call = try? Call(json: object) else { return }
        let json = call.json
        guard let again = try? Call(json: json) else { failClaim("\(type) did not read what it wrote") }
        claim(again.json == json, "\(type) changed when it was written and read")
    }
}
