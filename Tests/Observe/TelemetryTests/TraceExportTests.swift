import Events
import Foundation
import JSON
import Model
import Telemetry
import Testing

@Suite struct TraceExportTests {
    @Test func `A traced request is a span in a collector's form`() throws {
        var request = TrafficEvent.Request(method: "GET", scheme: "https", host: "a.test", path: "/x", query: "token=1")
        request.id = "req_1"
        request.status = 502
        request.errorCode = "ERR_PORTICO_3004"
        request.nanoseconds = 1_000_000_000
        request.span = TraceSpan(high: 1, low: 2, id: 3, parent: 4)
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        let traced = TrafficEvent(of: nil, at: time, connection: .init(start: time), request: request)
        request.span = nil
        let other = TrafficEvent(of: nil, at: time, connection: .init(start: time), request: request)
        let expected = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"edge"}}]},\
            "scopeSpans":[{"scope":{"name":"portico"},"spans":[{\
            "traceId":"00000000000000010000000000000002","spanId":"0000000000000003","name":"GET","kind":2,\
            "startTimeUnixNano":"1799999999000000000","endTimeUnixNano":"1800000000000000000","attributes":[\
            {"key":"http.request.method","value":{"stringValue":"GET"}},\
            {"key":"url.scheme","value":{"stringValue":"https"}},{"key":"url.path","value":{"stringValue":"/x"}},\
            {"key":"server.address","value":{"stringValue":"a.test"}},\
            {"key":"error.type","value":{"stringValue":"ERR_PORTICO_3004"}},\
            {"key":"portico.request_id","value":{"stringValue":"req_1"}},\
            {"key":"http.response.status_code","value":{"intValue":"502"}}],\
            "parentSpanId":"0000000000000004","status":{"code":2}}]}]}]}
            """
        #expect(TraceExport(service: "edge").body([other, traced]).text == expected)
    }
}
