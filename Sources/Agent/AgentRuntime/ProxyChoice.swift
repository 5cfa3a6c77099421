import Addressing
import Foundation
import Portico

/// Which proxy the session takes: that of the configuration, or the one that the environment names for everybody.
enum ProxyChoice {
    /// - Parameters:
    ///   - configured: `proxy_url`.
    ///   - server: whom the proxy would connect to.
    ///   - environment: of the process.
    /// - Returns: nil where the edge is dialled directly.
    /// - Throws: where the environment's is no usable URL.
    static func proxy(
        _ configured: SessionProxy?,
        to server: ServerAddress,
        environment: [String: String]
    ) throws(PorticoError) -> SessionProxy? {
        if let configured { return configured }
        guard let (name, text) = Self.first(["http_proxy", "HTTP_PROXY"], in: environment) else { return nil }
        let exceptions = Self.first(["no_proxy", "NO_PROXY"], in: environment)?.text ?? ""
        guard !Self.isDirect(server, exceptions: exceptions) else { return nil }
        do throws(PorticoError) {
            // curl and others take it without a scheme.
            return try SessionProxy(text.contains("://") ? text : "http://\(text)")
        } catch {
            throw PorticoError(
                error.kind,
                code: error.code,
                "\(error.message) It stands in the variable \(name).",
                remedy: error.remedy
            )
        }
    }

    private static func first(_ names: [String], in environment: [String: String]) -> (name: String, text: String)? {
        for name in names {
            if let text = environment[name], !text.isEmpty { return (name, text) }
        }
        return nil
    }

    /// Whether the environment's proxy is not meant for this server: it is on this machine, or among the exceptions.
    static func isDirect(_ server: ServerAddress, exceptions: String) -> Bool {
        let host = server.address.host
        switch host {
        case .name("localhost"): return true
        case .address(let address) where address.isLoopback: return true
        default: break
        }
        return exceptions.split(separator: ",").contains { item in
            Self.covers(item.trimmingCharacters(in: .whitespaces).lowercased(), host, port: server.port)
        }
    }

    private static func covers(_ item: String, _ host: DialHost, port: Int) -> Bool {
        guard item != "*" else { return true }
        switch host {
        case .address(let address):
            return (try? IPPrefix(parsing: item))?.contains(address) == true || item == address.description
        case .name(let name):
            var item = item
            if let colon = item.lastIndex(of: ":") {
                guard Int(item[item.index(after: colon)...]) == port else { return false }
                item = String(item[..<colon])
            }
            let suffix = item.hasPrefix(".") ? item : ".\(item)"
            return !item.isEmpty && (name == item || name.hasSuffix(suffix))
        }
    }
}
