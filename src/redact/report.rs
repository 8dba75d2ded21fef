//! The walk over a report, field by field.

use super::pseudonyms::Pseudonyms;
use super::scan::Scanner;
use crate::model::mdm::DeviceCriterion;
use crate::model::report::{
    Alert, Api, Attempt, Certificate, Change, Clock, Diagnosis, Dns, DnsTrouble, Evidence, FailureMinute, Flow, Icmp,
    Incident, IncidentServer, Input, Likely, NextCollection, Node, Proxy, Quality, Report, Server, ServerState, Step,
    Summary, Tls, Try,
};
use crate::model::warning::Warning;

/// The walk over the report. Each type is taken apart whole, so that a new field does not compile until someone has
/// said what becomes of it.
pub(super) struct Redaction<'a> {
    pub(super) names: &'a Pseudonyms,
    pub(super) scanner: Scanner<'a>,
}

impl Redaction<'_> {
    /// Replaces all of a report that tells of a customer.
    pub(super) fn report(&self, report: &mut Report) {
        let Report {
            schema_version: _,
            tool: _,
            redacted,
            inputs,
            clock,
            clocks,
            summary,
            attempts,
            incidents,
            servers,
            nodes,
            warnings,
        } = report;
        *redacted = true;
        let Summary { attempts: _, by_outcome: _, incidents: _, by_kind: _ } = summary;
        inputs.iter_mut().for_each(|input| self.input(input));
        clock.iter_mut().chain(clocks).for_each(clock_tells_nothing);
        attempts.iter_mut().for_each(|attempt| self.attempt(attempt));
        incidents.iter_mut().for_each(|incident| self.incident(incident));
        servers.iter_mut().for_each(|server| self.server_state(server));
        nodes.iter_mut().for_each(|node| self.node(node));
        for Warning { input: _, code: _, message } in warnings {
            self.text(message);
        }
    }

    fn input(&self, input: &mut Input) {
        let Input {
            path,
            kind: _,
            bytes: _,
            records: _,
            first_time: _,
            last_time: _,
            warnings,
            utc_offset: _,
            utc_offset_source: _,
            zone_changes: _,
            node: _,
            quality,
            sha256,
        } = input;
        *path = self.names.file_path(path);
        warnings.iter_mut().for_each(|warning| self.text(warning));
        if let Some(quality) = quality {
            self.quality(quality);
        }
        // Who has the file could find it by its hash.
        *sha256 = None;
    }

    fn quality(&self, quality: &mut Quality) {
        let Quality {
            directions: _,
            dropped_packets: _,
            missing_bytes: _,
            cut_packets: _,
            duplicate_packets: _,
            out_of_order_packets: _,
            capture_filter,
            unseen_protocols: _,
            unread: _,
            weakens,
        } = quality;
        capture_filter.iter_mut().chain(weakens).for_each(|text| self.text(text));
    }

    fn server_state(&self, server: &mut ServerState) {
        let ServerState {
            host,
            port: _,
            state: _,
            attempts: _,
            last_success: _,
            last_success_at: _,
            last_failure: _,
            last_failure_at: _,
            open_incident: _,
            availability: _,
            median_answer_ms: _,
            p95_answer_ms: _,
        } = server;
        self.endpoint(host);
    }

    fn node(&self, node: &mut Node) {
        let Node {
            hostname,
            version: _,
            patches: _,
            time_zone,
            ntp_synchronized: _,
            ntp_offset_ms: _,
            name_servers,
            proxy,
            mdm_failures,
            dns_trouble,
        } = node;
        self.endpoint(hostname);
        // A zone names a place.
        *time_zone = None;
        name_servers.iter_mut().flatten().for_each(|server| *server = self.names.endpoint(server));
        if let Some(proxy) = proxy {
            *proxy = self.names.with_port(proxy);
        }
        for DnsTrouble { local_time: _, input: _, line: _, records: _ } in dns_trouble {}
        for FailureMinute {
            at: _,
            server,
            input: _,
            line: _,
            connection_failures: _,
            version_mismatches: _,
            response_errors: _,
            endpoints: _,
        } in mdm_failures
        {
            server.iter_mut().for_each(|server| *server = self.names.attribute(server));
        }
    }

    /// Replaces all of an attempt that tells of a customer.
    pub(super) fn attempt(&self, attempt: &mut Attempt) {
        let Attempt {
            id: _,
            kind: _,
            query,
            outcome: _,
            confidence: _,
            confidence_reasons,
            rule: _,
            conflict,
            reason,
            likely,
            started_at: _,
            ended_at: _,
            duration_ms: _,
            sources: _,
            missing_source,
            server,
            proxy,
            thread,
            api,
            tries,
            http_status: _,
            flow,
            other_flows,
            dns,
            evidence,
            steps,
            diagnosis,
            vantages: _,
            next_collection,
        } = attempt;
        if let Some(DeviceCriterion { criteria, value }) = query {
            *value = self.names.query_value(criteria, value);
            // A criterion that is none of the API's may be anything.
            if !criteria.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                criteria.clear();
            }
        }
        confidence_reasons.iter_mut().for_each(|reason| self.text(reason));
        if let Some(Likely { http_status: _, because }) = likely {
            self.text(because);
        }
        if let Some(NextCollection { node, component: _, capture_filter, when, decides }) = next_collection {
            for text in [node, when, decides].into_iter().chain(capture_filter) {
                self.text(text);
            }
        }
        let Server { host, port: _, url, addresses } = server;
        self.endpoint(host);
        self.url(url);
        addresses.iter_mut().for_each(|address| *address = self.names.endpoint(address));
        if let Some(Proxy { address, port: _ }) = proxy {
            self.endpoint(address);
        }
        let Api { version, path, vendor, product, product_version } = api;
        if let Some(path) = path {
            *path = self.names.path(path);
        }
        for text in
            [conflict, reason, missing_source, thread, version, vendor, product, product_version].into_iter().flatten()
        {
            self.text(text);
        }
        for Try { outcome: _, http_status: _, started_at: _, ended_at: _, url, stream: _ } in tries {
            self.url(url);
        }
        flow.as_deref_mut().into_iter().chain(other_flows).for_each(|flow| self.flow(flow));
        dns.iter_mut().for_each(|dns| self.dns(dns));
        for Evidence { source: _, input: _, line: _, frame: _, time: _, what, display_filter } in evidence {
            self.text(what);
            display_filter.iter_mut().for_each(|filter| self.text(filter));
        }
        for Step { time: _, from: _, to: _, what, decisive: _, source: _, input: _, line: _, frame: _ } in steps {
            self.text(what);
        }
        self.diagnosis(diagnosis);
    }

    fn flow(&self, flow: &mut Flow) {
        let Flow {
            input: _,
            stream: _,
            client,
            server,
            community_id,
            first_frame: _,
            last_frame: _,
            syn_retransmissions: _,
            syn_schedule_ms: _,
            connect_ms: _,
            bytes_to_server: _,
            bytes_to_client: _,
            retransmissions: _,
            missing_bytes: _,
            closed_by,
            icmp,
            connect_status: _,
            tls,
            last_input: _,
        } = flow;
        *client = self.names.socket(*client);
        *server = self.names.socket(*server);
        // It is a plain hash of addresses and ports, from which these can be found by trying.
        community_id.clear();
        closed_by.iter_mut().for_each(|by| self.text(by));
        if let Some(Icmp { from, icmp_type: _, code: _, meaning, frame: _ }) = icmp {
            *from = self.names.endpoint(from);
            self.text(meaning);
        }
        if let Some(tls) = tls {
            self.tls(tls);
        }
    }

    fn tls(&self, tls: &mut Tls) {
        let Tls {
            version,
            sni,
            alpn,
            cipher,
            resumed: _,
            handshake_ms: _,
            alert,
            certificate,
            decrypted: _,
            keys_in_vain: _,
        } = tls;
        self.endpoint(sni);
        for text in [version, alpn, cipher].into_iter().flatten() {
            self.text(text);
        }
        if let Some(Alert { from: _, level, description, frame: _ }) = alert {
            self.text(level);
            self.text(description);
        }
        if let Some(certificate) = certificate {
            let Certificate {
                subject,
                issuer,
                names,
                more_names: _,
                not_before: _,
                not_after: _,
                serial,
                sha256,
                self_signed: _,
                matches_host: _,
                valid_at_handshake: _,
            } = certificate;
            *subject = self.names.distinguished_name(subject);
            *issuer = self.names.distinguished_name(issuer);
            names.iter_mut().for_each(|name| *name = self.names.endpoint(name));
            *serial = self.names.digits(serial);
            *sha256 = self.names.digits(sha256);
        }
    }

    fn dns(&self, dns: &mut Dns) {
        let Dns {
            input: _,
            name,
            qtype: _,
            resolver,
            rcode: _,
            answers,
            cnames,
            queries: _,
            latency_ms: _,
            first_frame: _,
            answer_frame: _,
        } = dns;
        for name in [name, resolver].into_iter().chain(answers).chain(cnames) {
            *name = self.names.endpoint(name);
        }
    }

    fn incident(&self, incident: &mut Incident) {
        let Incident {
            id: _,
            fingerprint,
            ticket_key,
            endpoints: _,
            outcome: _,
            server,
            first_at: _,
            last_at: _,
            attempts: _,
            last_success_before: _,
            resolved_by: _,
            changes,
            diagnosis,
        } = incident;
        let IncidentServer { host, port: _ } = server;
        self.endpoint(host);
        // It is a plain hash of the server's name, from which that can be found by trying.
        *fingerprint = self.names.digits(fingerprint);
        *ticket_key = self.names.digits(ticket_key);
        for Change { what: _, before, after } in changes {
            before.iter_mut().chain(after).for_each(|side| self.text(side));
        }
        self.diagnosis(diagnosis);
    }

    fn diagnosis(&self, diagnosis: &mut Diagnosis) {
        let Diagnosis { summary, remedy } = diagnosis;
        self.text(summary);
        remedy.iter_mut().for_each(|line| self.text(line));
    }

    fn text(&self, text: &mut String) {
        *text = self.scanner.redacted(text);
    }

    fn endpoint(&self, name: &mut Option<String>) {
        if let Some(name) = name {
            *name = self.names.endpoint(name);
        }
    }

    fn url(&self, url: &mut Option<String>) {
        if let Some(url) = url {
            *url = self.names.url(url);
        }
    }
}

/// Takes a clock apart, which has no text of a customer, to notice when it gets some.
fn clock_tells_nothing(clock: &mut Clock) {
    let Clock {
        log_inputs: _,
        capture_inputs: _,
        log_utc_offset: _,
        log_utc_offset_source: _,
        log_minus_capture_ms: _,
        log_minus_capture_ms_range: _,
        matched_attempts: _,
        confidence: _,
        zone_changes: _,
    } = clock;
}
