import Expression
import Model
import NIOCore

/// One request as a login sees it.
struct LoginVisit {
    let exchange: Exchange
    let host: any ExchangeHost
    let services: LoginServices
    let cookies: LoginCookies
    /// The cookies of the login that came with the request.
    let brought: LoginCookies.Brought

    var eventLoop: any EventLoop { self.host.eventLoop }
    /// Seconds since 1970.
    var now: Int64 { self.host.now.seconds }
    private var target: RequestTarget { self.exchange.request.receivedTarget }
    /// The host that was visited, without a port.
    var hostName: String { self.target.host }
    /// Scheme, host and port as the browser knows them.
    var origin: String { "\(self.target.scheme)://\(self.target.hostAndPort)" }
    /// Path and query that were asked for.
    var uri: String { self.target.rawURI }

    /// The value of a parameter of the URL that is there once.
    func parameter(_ name: String) -> String? {
        let values = QueryParameters(self.target.query ?? "")[name] ?? []
        return values.count == 1 ? values[0] : nil
    }

    /// Where a page leads on to: `redirect_path`, a path of this host; `/` where there is none.
    ///
    /// - Throws: 3106 for anything that a browser could read as another host.
    func wantedPath() throws(Failure) -> String {
        guard let path = self.parameter("redirect_path") else { return "/" }
        let isLocal =
            path.hasPrefix("/") && !path.hasPrefix("//") && !path.utf8.contains(UInt8(ascii: "\\"))
            && path.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        guard isLocal else { throw self.failure(.loginParameters, "redirect_path is no path of this host.") }
        return path
    }

    /// A failure whose page has a link to a new login.
    func failure(_ code: ErrorCode, _ message: String, detail: String = "") -> Failure {
        Failure(code, message, detail: detail).leading(to: self)
    }
}

extension Failure {
    /// The same with a link to a new login.
    func leading(to visit: LoginVisit) -> Failure {
        var failure = self
        failure.wayOn = WayOn("Log in again", target: visit.services.paths.login)
        return failure
    }
}

extension Verdict {
    /// The same as a future of the exchange's event loop.
    func future(on eventLoop: any EventLoop) -> EventLoopFuture<Verdict> {
        if case .later(let future) = self { return future }
        return eventLoop.makeSucceededFuture(self)
    }
}
