//! What goes into the calls of quality and of exceptions.

use serde_json::json;

use super::{AFTER, Body, FROM, ITEM, LIMIT, LINE, Make, ORDER, Query, TO, refusable};
use crate::problem::ProblemType;
use crate::{Page, exceptions, quality};

const LISTED: Query = &[
    ("state", "Only in this state; may be repeated."),
    LINE,
    ORDER,
    ("q", "Part of a number, an order or what was written."),
    AFTER,
    LIMIT,
];

/// What travels in this call; none where it is not one of these.
pub(super) fn body_of(name: &str, make: &mut Make<'_>) -> Option<Body> {
    Some(match name {
        "raiseException" => make.write::<exceptions::RaiseException, exceptions::ExceptionAnswer>(&[201]),
        "listExceptions" => make.read::<Page<exceptions::ExceptionRow>>(LISTED),
        "getException" => make.read::<exceptions::ExceptionRow>(&[]),
        "acknowledgeException" => {
            refusable(make.write::<exceptions::AcknowledgeException, exceptions::ExceptionAnswer>(&[200]))
        }
        "closeException" => refusable(make.write::<exceptions::CloseException, exceptions::ExceptionAnswer>(&[200])),
        "getExceptionPareto" => make.read::<exceptions::Pareto>(&[FROM, TO, LINE]),
        "getExceptionSettings" => make.read::<exceptions::ExceptionSettingsDocument>(&[]),
        "putExceptionSettings" => refusable(
            make.write::<exceptions::ExceptionSettingsDocument, exceptions::ExceptionSettingsDocument>(&[200]),
        ),
        "listInspectionPlans" => make.read::<Page<quality::PlanDocument>>(&[
            ITEM,
            ("active", "Only those in use, or only those that are not."),
            ("q", "Part of a name."),
            AFTER,
            LIMIT,
        ]),
        "getInspectionPlan" => make.read::<quality::PlanDocument>(&[]),
        "putInspectionPlan" => refusable(make.write::<quality::PlanDocument, quality::PlanDocument>(&[200, 201])),
        "listInspections" => refusable(make.read::<Page<takt_domain::quality::PlannedInspection>>(&[
            ORDER,
            ("kind", "`first_article`, `in_process`, `final` or `incoming`; may be repeated."),
            AFTER,
            LIMIT,
        ])),
        "createInspection" => refusable(make.write::<quality::Inspect, quality::InspectionAnswer>(&[201])),
        "listNonconformances" => refusable(make.read::<Page<quality::NonconformanceRow>>(LISTED)),
        // It may have gone to the archive with its order.
        "getNonconformance" => refusable(make.read::<quality::NonconformanceRow>(&[])),
        "raiseNonconformance" => make.write::<quality::RaiseNonconformance, quality::NonconformanceAnswer>(&[201]),
        "disposeNonconformance" => make.write::<quality::Dispose, quality::NonconformanceAnswer>(&[200]),
        "closeNonconformance" => {
            refusable(make.write::<quality::CloseNonconformance, quality::NonconformanceAnswer>(&[200]))
        }
        "getQualitySettings" => make.read::<quality::QualitySettingsDocument>(&[]),
        "putQualitySettings" => {
            refusable(make.write::<quality::QualitySettingsDocument, quality::QualitySettingsDocument>(&[200]))
        }
        "addPhoto" => make.write::<quality::AddPhoto, quality::PhotoAnswer>(&[201]),
        "getPhoto" => Body {
            media: "image/*",
            more_problems: &[ProblemType::Refused],
            response: json!({"type": "string", "format": "binary", "description": "The file."}),
            ..make.read::<()>(&[])
        },
        _ => return None,
    })
}
